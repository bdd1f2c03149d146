"""A system deletes a contact: the person's profile stays, without what that contact told."""

from pathlib import Path

from cdp_lake.config.settings import Settings
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.stages.configuration import configured
from tests.stages.lakes import opened, people, run

HEADER = "Id,IsDeleted,FirstName,LastName,Email,MobilePhone,SystemModstamp"
# Two contacts of Li Na share a phone and a name; the third is somebody else.
FIRST = [
    "003A,false,Na,Li,li.na@example.cn,+8613800138001,2024-03-01T09:00:00Z",
    "003B,false,Na,Li,,+8613800138001,2024-03-01T09:00:00Z",
    "003C,false,Wei,Wang,wang@example.cn,+8613800138003,2024-03-01T09:00:00Z",
]
GONE = ["003A,true,Na,Li,li.na@example.cn,+8613800138001,2024-03-02T09:00:00Z"]
LATE = ["003A,false,Na,Li,old@example.cn,+8613800138001,2024-02-01T09:00:00Z"]
STAGES = ("land_bronze", "refine_silver", "stitch_identity", "build_profiles")
CONTACTS = """
name: contacts
extends: salesforce_contact
files: contacts/*.csv
"""


class Office:
    """A project with one feed of contacts."""

    def __init__(self, spark, folder: Path) -> None:
        self.spark, self.folder = spark, folder
        (folder / "conf" / "sources").mkdir(parents=True)
        (folder / "conf" / "sources" / "contacts.yml").write_text(CONTACTS)
        (folder / "landing" / "contacts").mkdir(parents=True)
        self.settings = self.told()

    def told(self, *sets: str) -> Settings:
        """Its settings, with these besides."""
        own = (f"lake.path={self.folder / 'lake'}", f"lake.landing={self.folder / 'landing'}")
        return configured(self.folder / "conf", None, (*own, *sets)).settings

    def export(self, *files: list[str]) -> None:
        """Files more, landed and taken through to profiles."""
        for rows in files:
            text = "\n".join([HEADER, *rows, ""])
            (self.folder / "landing" / "contacts" / f"{rows[0].rsplit(',', 1)[1]}.csv").write_text(text)
        run(self.spark, self.settings, *STAGES)

    def persons(self) -> set[frozenset[str]]:
        """Who is one person, by the ids of the contacts that stand."""
        return {frozenset(key for _, key in cluster) for cluster in people(opened(self.spark, self.settings))}

    def emails(self) -> dict[str, str | None]:
        """The golden record's e-mail by profile."""
        rows = opened(self.spark, self.settings).read(PROFILES, "evaluation").collect()
        return {row["profile_id"]: row["email"] for row in rows}


def test_a_deleted_contact_leaves_its_person(spark, tmp_path):
    office = Office(spark, tmp_path / "office")
    office.export(FIRST)
    assert office.persons() == {frozenset({"003A", "003B"}), frozenset({"003C"})}
    before = office.emails()

    # What was true before the deletion and comes late does not undo it.
    office.export(GONE, LATE)
    assert office.persons() == {frozenset({"003B"}), frozenset({"003C"})}
    assert sorted(map(str, office.emails().values())) == ["None", "wang@example.cn"]
    assert office.emails().keys() == before.keys()

    whole = opened(spark, office.settings).read(SOURCE_RECORDS, "evaluation", whole=True)
    assert whole.where("source_pk = '003A'").count() == 3

    # Bought data of the first of March: a month later nobody is there by it. No file had to come.
    run(spark, office.told("sources.contacts.expires=30d", "lake.as_of=2024-03-31T09:00:00Z"), *STAGES[:3])
    assert office.persons() == set()
