from __future__ import annotations

import pytest

from pipeline.people import Person, PersonFormError, Role, UnknownRoleError, among, identity, roles
from pipeline.records import from_json, to_json


def somebody(name: str = "Ines Marlow", identifier: str = "ines", *held: Role) -> Person:
    return Person(id=identifier, name=name, roles=frozenset(held))


def test_a_person_survives_the_way_through_json() -> None:
    ines = somebody("Ines Marlow", "ines", Role.INVENTOR, Role.REVIEWER)
    assert from_json(Person, to_json(Person, ines)) == ines


def test_has_asks_for_any_of_the_roles_and_someone_who_left_has_none() -> None:
    ines = somebody("Ines", "ines", Role.INVENTOR)
    assert ines.has(Role.REVIEWER, Role.INVENTOR)
    assert not ines.has(Role.REVIEWER, Role.ADMIN)
    assert not somebody().has(*Role)


@pytest.mark.parametrize("bad", ["", "two words", "tab\there", "a" * 65, "in\u200bes", "rex\u202e", "\ud800"])
def test_an_id_that_a_log_cannot_print_is_refused(bad: str) -> None:
    with pytest.raises(PersonFormError, match="cannot be a person's id"):
        somebody(identifier=bad)


@pytest.mark.parametrize("bad", ["", "   ", "Ines\nMarlow", "I" * 201, "\u202eseni"])
def test_a_name_that_a_page_cannot_print_is_refused(bad: str) -> None:
    with pytest.raises(PersonFormError, match="cannot be a person's name"):
        somebody(name=bad)


def test_login_names_of_a_directory_are_ids() -> None:
    assert somebody(identifier="CORP\\i.marlow@lab").id == "CORP\\i.marlow@lab"


@pytest.mark.parametrize(
    ("one", "other"), [("Ines", "INES"), ("ｉｎｅｓ", "ines"), (" Ines  Marlow ", "ines marlow")]
)
def test_two_spellings_of_a_name_are_one_identity(one: str, other: str) -> None:
    assert identity(one) == identity(other)


def test_somebody_is_among_people_by_id_or_by_name() -> None:
    ines = somebody()
    assert among(ines, ["INES"])
    assert among(ines, [], ["ines  MARLOW"])
    assert not among(ines, ["rex"], ["Rex Odell", "  "])


def test_roles_are_read_from_words_and_a_wrong_word_names_the_right_ones() -> None:
    assert roles(["Reviewer ", "admin"]) == {Role.REVIEWER, Role.ADMIN}
    with pytest.raises(UnknownRoleError, match="'boss' is not a role; roles are inventor, manager"):
        roles(["boss"])
