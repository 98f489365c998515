import threading

import pytest
from sqlalchemy import text

from registry.access import service
from registry.access.audit import Entry, ReadAuditor, entry_hash
from registry.access.checkpoints import verify, write_checkpoint
from registry.access.models import AuditEntry
from registry.access.rules import Action, OrganisationKind


@pytest.fixture
def actor(world):
    return service.system_actor(world.organisation("CJIB", OrganisationKind.CJIB).id, "test")


def _write(shared, actor, count=1):
    for number in range(count):
        with shared.database.transaction() as session:
            service.record(session, actor, shared.clock.now(), Action.CHANGED, "order:1", number=number)


def _verify(shared, copy=None):
    with shared.database.reading() as session:
        return verify(session, shared.settings.state_dir, shared.settings.keys.checkpoint_seed, copy)


def _rewrite_last(shared, chain, last):
    """As who knows how it is done: the entry says something else, and its hash and the head agree with it."""
    with shared.database.reading() as session:
        before, entry = session.get(AuditEntry, (chain, last - 1)), session.get(AuditEntry, (chain, last))
        entry.end_user = "somebody-else"
        digest = entry_hash(before.entry_hash, chain, last, entry)
    place = {"chain": chain, "last": last, "digest": digest}
    where = "WHERE chain = :chain AND sequence = :last"
    _tamper(shared, f"UPDATE audit_entry SET end_user = 'somebody-else', entry_hash = :digest {where}", **place)
    _tamper(shared, f"UPDATE audit_head SET entry_hash = :digest {where}", **place)


def _checkpoint(shared):
    with shared.database.reading() as session:
        seed = shared.settings.keys.checkpoint_seed
        write_checkpoint(session, shared.settings.state_dir, seed, shared.clock.now())


def _tamper(shared, statement, **values):
    with shared.database.write_engine.begin() as connection:
        changed = connection.execute(text(statement), values)
        assert changed.rowcount > 0


def _longest_chain(shared):
    with shared.database.write_engine.begin() as connection:
        row = connection.execute(
            text("SELECT chain, max(sequence) AS n FROM audit_entry GROUP BY chain ORDER BY n DESC")
        )
        return tuple(row.first())


def test_chains_written_by_many_threads_verify_whole(shared, actor):
    threads = [threading.Thread(target=_write, args=(shared, actor, 10)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = _verify(shared)
    assert found.faults == ()
    assert found.entries == 80


def test_a_change_that_fails_leaves_no_audit_entry(shared, actor):
    with pytest.raises(ZeroDivisionError), shared.database.transaction() as session:
        service.record(session, actor, shared.clock.now(), Action.CHANGED, "order:1")
        raise ZeroDivisionError
    assert _verify(shared).entries == 0


def test_an_altered_entry_is_named(shared, actor):
    _write(shared, actor, 100)
    chain, last = _longest_chain(shared)
    place = {"chain": chain, "sequence": last}
    _tamper(shared, "UPDATE audit_entry SET end_user = 'x' WHERE chain = :chain AND sequence = :sequence", **place)
    assert _verify(shared).faults == (f"chain {chain}: entry {last} was altered",)


def test_a_row_cut_out_of_the_middle_is_named(shared, actor):
    _write(shared, actor, 100)
    chain, last = _longest_chain(shared)
    _tamper(shared, "DELETE FROM audit_entry WHERE chain = :chain AND sequence = :at", chain=chain, at=last - 1)
    assert f"chain {chain}: entries {last - 1} to {last - 1} are missing" in _verify(shared).faults


def test_a_tail_cut_off_together_with_its_head_is_seen_through_the_signed_checkpoint(shared, actor):
    _write(shared, actor, 100)
    chain, last = _longest_chain(shared)
    _checkpoint(shared)
    _tamper(shared, "DELETE FROM audit_entry WHERE chain = :chain AND sequence = :at", chain=chain, at=last)
    _tamper(
        shared,
        "UPDATE audit_head SET sequence = :before, entry_hash = "
        "(SELECT entry_hash FROM audit_entry WHERE chain = :chain AND sequence = :before) WHERE chain = :chain",
        chain=chain,
        before=last - 1,
    )
    assert _verify(shared).faults == (f"chain {chain}: the tail up to entry {last} of a signed checkpoint is lost",)


def test_who_rewrites_both_chain_and_checkpoints_is_seen_through_a_copy_kept_elsewhere(shared, actor, tmp_path):
    _write(shared, actor, 100)
    chain, last = _longest_chain(shared)
    _checkpoint(shared)
    copy = tmp_path / "kept-elsewhere.jsonl"
    (shared.settings.state_dir / "audit-checkpoints.jsonl").rename(copy)
    assert _verify(shared, copy).faults == ()
    _rewrite_last(shared, chain, last)
    _checkpoint(shared)
    assert _verify(shared).faults == ()
    assert _verify(shared, copy).faults == (f"chain {chain}: entry {last} differs from a signed checkpoint",)


def test_a_forged_checkpoint_is_named(shared, actor):
    _write(shared, actor, 3)
    _checkpoint(shared)
    file = shared.settings.state_dir / "audit-checkpoints.jsonl"
    file.write_text(file.read_text().replace('"heads"', '"heads" '))
    assert _verify(shared).faults == ()
    file.write_text(file.read_text().replace("2026", "2027"))
    assert _verify(shared).faults == ("checkpoint 1: its signature is not ours",)


def test_reads_of_many_threads_are_on_disk_before_any_of_them_goes_on(shared, actor):
    auditor = shared.get(ReadAuditor)
    seen = []

    def read(number):
        entry = Entry(
            shared.clock.now(),
            None,
            actor.organisation_id,
            f"user-{number}",
            "u",
            "r",
            "consulted",
            "report",
            "x:1",
            None,
        )
        auditor.write([entry])
        with shared.database.reading() as session:
            query = text("SELECT count(*) FROM audit_entry WHERE end_user = :user")
            seen.append(session.execute(query, {"user": f"user-{number}"}).scalar())

    threads = [threading.Thread(target=read, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 16
    assert _verify(shared).faults == ()


def test_a_read_that_cannot_be_audited_fails(shared, actor):
    _tamper(shared, "DELETE FROM audit_head")
    entry = Entry(shared.clock.now(), None, actor.organisation_id, "a", "u", "r", "consulted", "report", "x:1", None)
    with pytest.raises(Exception, match="."):
        shared.get(ReadAuditor).write([entry])


@pytest.mark.parametrize(
    "line", ["[1]", "5", '{"signature":5}', '{"signature":"zz"}', '{"at":"2026', '{"heads":[[0,1]]}']
)
def test_a_line_of_the_checkpoint_file_that_is_no_checkpoint_is_named_and_the_rest_is_still_verified(
    shared, actor, line
):
    _write(shared, actor, 3)
    _checkpoint(shared)
    file = shared.settings.state_dir / "audit-checkpoints.jsonl"
    file.write_text(file.read_text() + line + "\n")
    found = _verify(shared)
    assert found.faults == ("checkpoint 2: its signature is not ours",)
    assert found.entries == 3 and found.last_checkpoint_at == shared.clock.now()
