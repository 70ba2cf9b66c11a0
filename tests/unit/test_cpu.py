"""The CPU's int8 support, by the flags that Linux lists."""

import pytest

from app.core.cpu import int8_support


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("model name : AMD EPYC 9004\nflags\t\t: fpu sse4_1 avx2 avx512bw avx512_vnni avx_vnni\n", "VNNI (AVX-512)"),
        ("processor : 0\nflags\t\t: fpu avx2 avx_vnni\nprocessor : 1\nflags\t\t: fpu avx2 avx_vnni\n", "VNNI (AVX)"),
        ("flags\t\t: fpu avx2 avx512f avx512bw\n", "AVX-512 without VNNI"),
        ("model name\t: AMD EPYC 7763\nflags\t\t: fpu ssse3 sse4_1 avx avx2\n", "AVX2 without VNNI"),
        ("flags\t\t: fpu sse2\nbugs : avx512_vnni\n", "neither VNNI nor AVX2"),
        ("Features\t: fp asimd aes asimddp i8mm\n", "int8 matrix products (ARM)"),
        ("Features\t: fp asimd aes asimddp\n", "dot products (ARM)"),
        ("Features\t: fp asimd aes\n", "NEON without dot products (ARM)"),
        ("", "unknown"),
        ("model name : avx512_vnni\n", "unknown"),
    ],
)
def test_the_best_int8_instructions_are_named(cpuinfo: str, expected: str) -> None:
    assert int8_support(cpuinfo).startswith(expected)


def test_this_machine_has_a_line() -> None:
    assert int8_support()
