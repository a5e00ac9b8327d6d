"""Whether two things take as long, on a machine that does other things, too."""

import statistics
import time


def ratio_of_medians(rounds, first, second):
    """How often longer first() takes than second(): by the medians of so many rounds, in which they take turns, so that what
    slows the machine down slows both."""
    times = ([], [])
    for number in range(rounds):
        for index in (0, 1) if number % 2 == 0 else (1, 0):
            act = (first, second)[index]()   # what must be ready first is not timed
            began = time.perf_counter()
            act()
            times[index].append(time.perf_counter() - began)
    return statistics.median(times[0]) / statistics.median(times[1])
