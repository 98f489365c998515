import hashlib
import io
import tracemalloc
import uuid

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from registry.config import Settings
from registry.db.sealing import install_keys, unseal
from registry.errors import Invalid, RegistryError
from registry.reports.evidence.receiving import PIECE_BYTES, place_of, take_in
from registry.reports.evidence.rules import MEDIA_TYPES, Inspector, Refusal
from tests.reports.samples import JPEG, MP4, REFUSED, TAKEN, archive
from tests.world import secrets_environ

ID = uuid.UUID(int=7)
MIB = 1 << 20


@pytest.fixture(autouse=True)
def keys(tmp_path):
    install_keys(Settings.from_env(secrets_environ() | {"STATE_DIR": str(tmp_path)}).keys)


def judged(content, cuts=()):
    inspector, start = Inspector(), 0
    for end in (*sorted(cut % (len(content) + 1) for cut in cuts), len(content)):
        inspector.take(content[start:end])
        start = end
    return inspector.verdict()


@pytest.mark.parametrize("name", TAKEN)
def test_what_a_telephone_makes_is_taken_for_what_its_content_is(name):
    content, media_type = TAKEN[name]
    assert judged(content) == media_type
    assert media_type in MEDIA_TYPES


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_evidence_or_two_things_at_once_is_refused_with_the_reason(name):
    content, code = REFUSED[name]
    verdict = judged(content)
    assert isinstance(verdict, Refusal) and verdict.code == code
    assert verdict.detail.endswith(".")


@given(st.sampled_from(sorted(TAKEN) + sorted(REFUSED)), st.lists(st.integers(0, 300_000), max_size=6))
def test_how_a_file_is_cut_on_its_way_changes_nothing(name, cuts):
    content, _ = (TAKEN | REFUSED)[name]
    assert judged(content, cuts) == judged(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_either_of_a_type_that_is_taken_or_refused(content):
    verdict = judged(content)
    assert isinstance(verdict, Refusal) or verdict in MEDIA_TYPES
    assert verdict != "" and (content != b"" or verdict.code == "evidence_empty")


@given(st.sampled_from(sorted(TAKEN)), st.binary(max_size=200), st.integers(0, 4000))
def test_an_archive_behind_anything_but_text_is_always_found(name, between, padding):
    content, media_type = TAKEN[name]
    if media_type != "text/plain":
        assert isinstance(judged(content + between + bytes(padding) + archive()), Refusal)


def test_the_end_record_of_an_archive_that_stands_in_a_film_by_chance_is_none():
    assert judged(MP4 + b"PK\x05\x06" + b"\xa5" * 40) == "video/mp4"
    assert judged(MP4 + b"PK\x05\x06") == "video/mp4"


def test_a_large_file_is_read_in_little_memory_and_its_hash_is_that_of_the_whole(tmp_path):
    film = io.BytesIO(MP4 + b"\x5a" * (32 * MIB))
    whole = hashlib.sha256(film.getbuffer()).hexdigest()
    tracemalloc.start()
    received = take_in(ID, film.read, 64 * MIB, tmp_path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (received.sha256, received.size_bytes) == (whole, len(film.getbuffer()))
    assert peak_bytes < 4 * MIB
    assert list(tmp_path.iterdir()) == [], "what is set aside has no name"
    received.set_aside.close()


def test_what_is_set_aside_is_sealed_piece_by_piece_for_its_place(tmp_path):
    content = MP4 + bytes(range(256)) * 3000
    received = take_in(ID, io.BytesIO(content).read, MIB, tmp_path)
    sealed = [piece for _, piece in received.sealed_pieces()]
    assert len(sealed) == 3 and b"ftyp" not in b"".join(sealed)
    assert b"".join(unseal(one, place_of(ID, number)) for number, one in enumerate(sealed)) == content
    for wrong in (place_of(ID, 1), place_of(uuid.UUID(int=8), 0)):
        with pytest.raises(InvalidTag):
            unseal(sealed[0], wrong)
    received.set_aside.close()


@pytest.mark.parametrize("size", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1])
def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(tmp_path, size):
    content = (MP4 + bytes(size))[:size]
    received = take_in(ID, io.BytesIO(content).read, size, tmp_path)
    assert received.size_bytes == size
    received.set_aside.close()
    with pytest.raises(RegistryError) as refused:
        take_in(ID, io.BytesIO(content + b"x").read, size, tmp_path)
    assert refused.value.status == 413


def test_a_sender_without_end_is_stopped_at_the_limit(tmp_path):
    read = 0

    def endless(size):
        nonlocal read
        read += size
        return b"\x5a" * size

    with pytest.raises(RegistryError):
        take_in(ID, endless, MIB, tmp_path)
    assert read <= MIB + PIECE_BYTES


def test_bytes_that_come_one_by_one_are_the_same_file(tmp_path):
    source = io.BytesIO(JPEG)
    received = take_in(ID, lambda size: source.read(min(1, size)), MIB, tmp_path)
    assert (received.size_bytes, received.sha256) == (len(JPEG), hashlib.sha256(JPEG).hexdigest())
    received.set_aside.close()


def test_a_refused_file_leaves_nothing_on_disk(tmp_path):
    with pytest.raises(Invalid) as refused:
        take_in(ID, io.BytesIO(b"").read, MIB, tmp_path)
    assert refused.value.faults[0].code == "evidence_empty"
    assert list(tmp_path.iterdir()) == []
