"""Tables of our own in the form of the portal."""

from __future__ import annotations


def table(columns: str, *rows: tuple[str, ...]) -> str:
    """Return a table as the portal writes it: every field between quotation marks."""
    lines = [columns.split(), *rows]
    return "".join("\t".join('"' + part.replace('"', '""') + '"' for part in row) + "\n" for row in lines)


PATENTS = table(
    "patent_id patent_type patent_date patent_title wipo_kind num_claims withdrawn filename",
    ("10000001", "utility", "2018-06-19", 'Valve with a "warm" seat', "B2", "2", "0", "ipg180619.xml"),
    ("10000003", "utility", "2018-06-19", "Pump", "B1", "1", "0", "ipg180619.xml"),
    ("10000005", "utility", "2018-06-19", "Never issued", "B2", "1", "1", "ipg180619.xml"),
    ("3930271", "utility", "1976-01-06", "Golf glove", "A", "1", "0", "pftaps19760106_wk01.zip"),
    ("D700001", "design", "2014-03-04", "Tap", "S1", "1", "0", "ipg140304.xml"),
    ("H0002001", "sir", "2001-12-04", "Notice", "H1", "1", "0", "x.zip"),
)
SAMPLE = {
    "g_patent.tsv": PATENTS,
    "g_patent_abstract.tsv": table(
        "patent_id patent_abstract",
        ("10000001", "A seat\nwarms."),
        ("10000002", "Of a patent that is not here."),
        ("3930271", "A glove."),
    ),
    "g_application.tsv": table(
        "application_id patent_id patent_application_type filing_date series_code rule_47_flag",
        ("14/643719", "10000001", "14", "2015-03-10", "14", "0"),
        ("05/500001", "3930271", "05", "1974-02-30", "05", "0"),
    ),
    "g_claims_1976.tsv": table(
        "patent_id claim_sequence claim_text dependent claim_number exemplary",
        ("3930271", "0", "1. A glove.", "", "00001", "1"),
    ),
    "g_claims_2018.tsv": table(
        "patent_id claim_sequence claim_text dependent claim_number exemplary",
        ("10000001", "1", "2. The valve of the kind claimed.", "claim 1", "00002", "0"),
        ("10000001", "0", "1. A valve, comprising:\n a body; and\n a seat.", "", "00001", "1"),
        ("10000003", "0", "1. (canceled)", "", "00001", "0"),
    ),
    "g_brf_sum_text_2018.tsv": table("patent_id summary_text", ("10000001", "Seats freeze.\n\nThey did.")),
    "g_draw_desc_text_2018.tsv": table(
        "patent_id draw_desc_sequence draw_desc_text",
        ("10000001", "1", "FIG. 2 shows a body."),
        ("10000001", "0", "FIG. 1 shows a seat."),
    ),
    "g_detail_desc_text_2018.tsv": table("patent_id description_text", ("10000001", "The end.")),
    "g_cpc_current.tsv": table(
        "patent_id cpc_sequence cpc_section cpc_class cpc_subclass cpc_group cpc_type",
        ("10000001", "1", "F", "F16", "F16K", "F16K31/00", "additional"),
        ("10000001", "0", "F", "F16", "F16K", "F16K1/32", "inventional"),
    ),
    "g_ipc_at_issue.tsv": table(
        "patent_id ipc_sequence classification_level section ipc_class subclass main_group subgroup",
        ("10000001", "0", "A", "F", "16", "K", "1", "32"),
    ),
    "g_uspc_at_issue.tsv": table(
        "patent_id uspc_sequence uspc_mainclass_id uspc_mainclass_title uspc_subclass_id uspc_subclass_title",
        ("3930271", "0", "2", "Apparel", "2/161.2", "Gloves"),
    ),
    "g_us_patent_citation.tsv": table(
        "patent_id citation_sequence citation_patent_id citation_date record_name wipo_kind"
        " citation_category",
        ("10000001", "0", "5093563", "1992-03-01", "Small", "A", "cited by examiner"),
    ),
    "g_us_application_citation.tsv": table(
        "patent_id citation_sequence citation_document_number citation_date record_name wipo_kind"
        " citation_category",
        ("10000001", "0", "20060227316", "2006-10-01", "Gatt", "A1", "cited by applicant"),
    ),
    "g_foreign_citation.tsv": table(
        "patent_id citation_sequence citation_application_id citation_date citation_category"
        " citation_country",
        ("10000001", "0", "2004055280", "2004-07-01", "cited by applicant", "WO"),
    ),
    "g_other_reference.tsv": table(
        "patent_id other_reference_sequence other_reference_text", ("10000001", "0", "Miller, Seats, 2001.")
    ),
    "g_foreign_priority.tsv": table(
        "patent_id priority_claim_sequence priority_claim_kind foreign_application_id filing_date"
        " foreign_country_filed",
        ("10000001", "0", "national", "2014-050001", "2014-03-13", "JP"),
    ),
    "g_inventor_not_disambiguated.tsv": table(
        "patent_id inventor_sequence inventor_id raw_inventor_name_first raw_inventor_name_last"
        " deceased_flag",
        ("10000001", "1", "b", "Bo", "Reed", "0"),
        ("10000001", "0", "a", "Ann", "Moss", "0"),
    ),
    "g_inventor_disambiguated.tsv": table(
        "patent_id inventor_sequence inventor_id disambig_inventor_name_first disambig_inventor_name_last",
        ("10000001", "0", "a", "Anna", "Moss"),
    ),
    "g_assignee_disambiguated.tsv": table(
        "patent_id assignee_sequence assignee_id disambig_assignee_individual_name_first"
        " disambig_assignee_individual_name_last disambig_assignee_organization",
        ("10000001", "0", "s", "", "", "Seats Ltd"),
        ("3930271", "0", "t", "Jo", "Love", ""),
    ),
    "g_location_disambiguated.tsv": table("location_id disambig_city", ("x", "Ayr")),
}
PUBLICATIONS = {
    "pg_published_application.tsv": table(
        "pgpub_id application_id filing_date patent_type filing_type published_date wipo_kind series_code"
        " application_title application_abstract rule_47_flag filename",
        (
            "20200000001",
            "16/123456",
            "2019-01-02",
            "utility",
            "",
            "2020-01-02",
            "A1",
            "16",
            "Tap",
            "Drops.",
            "0",
            "x",
        ),
    ),
    "pg_claims_2020.tsv": table(
        "pgpub_id claim_sequence claim_text dependent claim_number",
        ("20200000001", "1", "1. A tap.", "", "1"),
    ),
}
