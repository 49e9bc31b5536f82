"""`Cases`: disclosures, their features and their reports, as the two faces use them.

Whatever changes a case names its actor and leaves a line in the event log; the log holds ids and hashes,
never the words of an unpublished invention.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline import store_cases, store_events, store_triage
from pipeline.assess import assess
from pipeline.decompose import decompose, left_out
from pipeline.errors import UsageError
from pipeline.including import PARAMETER
from pipeline.novelty import filing_date
from pipeline.store_cases import Case, CaseLine, FeatureSet, StoredReport

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import date, datetime

    from pipeline.assess import AssessProgress
    from pipeline.corpus import Corpus
    from pipeline.disclosure import Disclosure, Feature
    from pipeline.novelty import NoveltyReport
    from pipeline.people import Person
    from pipeline.store import Store


class UnknownCaseError(UsageError):
    """No disclosure has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"no disclosure is numbered {number!r}; 'antedate disclose FILE' makes one")


class UnknownReportError(UsageError):
    """No report has that number, and no disclosure with that number was assessed."""

    def __init__(self, number: str) -> None:
        super().__init__(f"no report for {number!r}; run 'antedate assess {number}' first")


class NoCriticalDateError(UsageError):
    """An assessment needs the day before which art must have been public."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} states no critical date; give one with --critical-date YYYY-MM-DD "
            "(the filing or priority day; today, if nothing was filed)"
        )


class FilingBeforeCriticalError(UsageError):
    """A critical date is the filing day or, where priority is claimed, an earlier one."""

    def __init__(self, filing: date, critical: date) -> None:
        super().__init__(
            f"the filing day {filing} is before the critical date {critical}; the critical date is the "
            "filing day itself or the priority day before it"
        )


class StaleFeaturesError(UsageError):
    """Somebody else saved features meanwhile."""

    def __init__(self, number: str, seen: int, found: int) -> None:
        super().__init__(
            f"the features of {number} were changed by somebody else (you saw version {seen}, "
            f"version {found} is saved); reload, then repeat your change"
        )


class Cases:
    """The disclosures of a workspace."""

    def __init__(self, store: Store, corpus: Callable[[], Corpus], clock: Callable[[], datetime]) -> None:
        self._store = store
        self._corpus = corpus
        self._clock = clock

    def add(self, disclosure: Disclosure, actor: Person) -> str:
        """Store a disclosure and the features that its text yields; returns its number.

        Raises NoFeaturesError, before anything is stored, when the text describes nothing to search for.
        """
        features = decompose(disclosure)
        if told := left_out(disclosure):
            disclosure = replace(disclosure, warnings=(*disclosure.warnings, told))
        at = self._clock().isoformat()
        with self._store.begin() as connection:
            number = store_cases.put_disclosure(connection, disclosure, actor.id, at)
            store_cases.put_features(connection, number, features, "machine", at)
            store_events.append(
                connection,
                at=at,
                actor=actor.id,
                action="disclosed",
                subject=number,
                detail={"sha256": disclosure.sha256, "features": len(features)},
            )
        return number

    def get(self, number: str) -> Case:
        """Return a case. Raises UnknownCaseError."""
        with self._store.read() as connection:
            found = store_cases.case(connection, number)
        if found is None:
            raise UnknownCaseError(number)
        return found

    def list(self) -> tuple[CaseLine, ...]:
        """Return all cases, newest first."""
        with self._store.read() as connection:
            return store_cases.cases(connection)

    def features(self, number: str) -> FeatureSet:
        """Return the newest features of a case. Raises UnknownCaseError."""
        with self._store.read() as connection:
            found = store_cases.feature_set(connection, number)
        if found is None:
            raise UnknownCaseError(number)
        return found

    def set_features(
        self, number: str, features: Sequence[Feature], actor: Person, *, seen: int | None = None
    ) -> int:
        """Save features as a new version. `seen` is the version that was edited: StaleFeaturesError."""
        at = self._clock().isoformat()
        with self._store.begin() as connection:
            current = store_cases.feature_set(connection, number)
            if current is None:
                raise UnknownCaseError(number)
            if seen is not None and seen != current.version:
                raise StaleFeaturesError(number, seen, current.version)
            if current.features == tuple(features):
                return current.version
            version = store_cases.put_features(connection, number, features, actor.id, at)
            store_events.append(
                connection,
                at=at,
                actor=actor.id,
                action="features saved",
                subject=number,
                detail={"version": version, "features": len(features)},
            )
        return version

    def assess(
        self,
        number: str,
        actor: Person,
        *,
        critical_date: date | None = None,
        exclude: Sequence[str] = (),
        limit: int = 10,
        filing_date: date | None = None,
    ) -> Generator[AssessProgress, None, StoredReport]:
        """Search and chart a case; yields progress, returns the stored report.

        Documents that somebody put into the chart (`pipeline.triage`) are charted for certain; those called
        not relevant are searched and charted like all others. `filing_date` is told where the critical date
        is a priority day. Raises UnknownCaseError, NoCriticalDateError, FilingBeforeCriticalError.
        """
        case = self.get(number)
        day = critical_date or case.disclosure.critical_date
        if day is None:
            raise NoCriticalDateError(number)
        if filing_date is not None and filing_date < day:
            raise FilingBeforeCriticalError(filing_date, day)
        features = self.features(number).features
        with self._store.read() as connection:
            include = store_triage.keys(connection, number, store_triage.Verdict.IN_CHART)
        report = yield from assess(
            case.disclosure,
            features,
            self._corpus(),
            critical_date=day,
            exclude=tuple(exclude),
            include=include,
            limit=limit,
            filing_date=filing_date,
        )
        return self._keep(number, report, actor)

    def again(self, number: str) -> Generator[AssessProgress, None, NoveltyReport]:
        """Repeat the assessment behind a report on today's corpus, its features and parameters as they were.

        Yields progress, returns a report that is not kept. Raises UnknownReportError.
        """
        stored = self.report(number)
        old = stored.report
        parameters = dict(old.parameters)
        return (
            yield from assess(
                self.get(stored.disclosure).disclosure,
                old.features,
                self._corpus(),
                critical_date=old.critical_date,
                exclude=old.excluded,
                include=tuple(value for name, value in old.parameters if name == PARAMETER),
                limit=int(parameters.get("limit", "10")),
                filing_date=filing_date(old),
            )
        )

    def _keep(self, number: str, report: NoveltyReport, actor: Person) -> StoredReport:
        at = self._clock().isoformat()
        with self._store.begin() as connection:
            identifier = store_cases.put_report(connection, number, report, actor.id, at)
            store_events.append(
                connection,
                at=at,
                actor=actor.id,
                action="assessed",
                subject=number,
                detail={"report": identifier, "hash": report.hash, "run": report.run_id},
            )
        return StoredReport(
            id=identifier, disclosure=number, hash=report.hash, by=actor.id, at=at, report=report
        )

    def report(self, number: str) -> StoredReport:
        """Return a report by its own number or its disclosure's. Raises UnknownReportError."""
        with self._store.read() as connection:
            found = store_cases.report(connection, number)
        if found is None:
            raise UnknownReportError(number)
        return found
