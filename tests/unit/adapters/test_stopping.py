"""Being told to stop: whatever a block has begun is ended, by SIGTERM as by Ctrl-C."""

import os
import signal

import pytest

from cdp_lake.adapters.stopping import ending_what_was_begun


def test_a_sigterm_interrupts_the_block_so_that_what_it_began_is_ended():
    ended, before = [], signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), ending_what_was_begun():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            # The handler runs between two steps of the interpreter.
            for _ in range(1_000_000):
                pass
        finally:
            ended.append("broker")
    assert ended == ["broker"]
    assert signal.getsignal(signal.SIGTERM) is before
