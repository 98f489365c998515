from types import SimpleNamespace

from bench.trace import read, synced_files

OF_SQLITE = synced_files(SimpleNamespace(database="sqlite"))
LOGGED = '11 pwrite64(7</tmp/b/registry.db-wal>, "a"..., 4096, 0) = 4096'
SYNCED = "11 fdatasync(7</tmp/b/registry.db-wal>) = 0"
CHECKPOINTED = '12 pwrite64(8</tmp/b/registry.db>, "b"..., 4096, 0) = 4096'
NOISE = '13 write(9</tmp/b/web.log>, "c"..., 10) = 10'
ANSWERED = '11 sendto(5<socket:[1]>, "HTTP/1.1 202 ACCEPTED"..., 24, 0, NULL, 0) = 24'


def seen(*lines):
    found = read(lines, OF_SQLITE, by_server=False)
    return found.answers, found.unsynced_answers


def test_an_answer_after_the_sync_of_what_was_written_was_kept():
    assert seen(LOGGED, NOISE, SYNCED, ANSWERED, NOISE, ANSWERED) == (2, 0)


def test_an_answer_before_the_sync_was_not_nor_one_while_it_is_under_way():
    assert seen(LOGGED, ANSWERED, SYNCED) == (1, 1)
    begun, ended = "11 fdatasync(7</tmp/b/registry.db-wal> <unfinished ...>", "11 <... fdatasync resumed>) = 0"
    assert seen(LOGGED, begun, ANSWERED, ended, ANSWERED) == (2, 1)
    assert seen(begun, LOGGED, ended, ANSWERED) == (1, 1)


def test_a_checkpoint_that_a_reader_keeps_from_ending_makes_no_answer_unsure():
    assert seen(LOGGED, SYNCED, CHECKPOINTED, ANSWERED) == (1, 0)
