"""Clarion beside jieba, SnowNLP and cnsenti: speed and accuracy on the same texts, in one run. Run with `make bench`.

Speed is told as a ratio, because the speed of a machine drifts and a ratio does not: the programs take turns, on one thread
each, and what is printed is the median of the turns. Time is processor time (user and system), which others on the machine
disturb least. The time to start and to read dictionaries and models is taken off and printed on its own.

Peers written for Simplified characters are asked twice: with the texts as they are, and with every character replaced by its
Simplified form out of dictionaries/fold.tsv. Replacing is not timed.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

TURNS = 5

# Cases that the programs are asked about in a turn; the slowest of them answers some hundred a second.
DOCUMENTS = 1000

# Bytes of text that are cut into words in a turn, likewise.
BYTES = 1_500_000

# Clarion reads the same texts this many times over, so that its start is small beside its work.
CUT_OVER, ANALYSED_OVER = 20, 10

# Of SnowNLP's score, 0 to 1, as its readers use it: below is blame, above is praise.
BLAME, PRAISE = 0.4, 0.6

LABELS = ("negative", "neutral", "positive")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("clarion", "data", "written", "dictionaries", "out"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    given = arguments.parse_args()
    work = given.out.parent / "bench"
    work.mkdir(parents=True, exist_ok=True)
    fold = read_fold(given.dictionaries / "fold.tsv")
    peers, starts = load_peers(work)
    clarion = Clarion(given.clarion, work)

    say("cutting into words: speed")
    lines = sample(texts(given.data), BYTES)
    segmenting = speed_of_segmenting(clarion, peers, lines)
    say("analysis: speed")
    cases = every(read_jsonl(given.data / "open1999/cases.jsonl"), DOCUMENTS)
    analysing = speed_of_analysing(clarion, peers, [case["text"] for case in cases])
    say("cutting into words: agreement with people")
    cut = accuracy_of_segmenting(clarion, peers, given.data / "segmentation/cityu_gold.txt", fold)
    say("tone: agreement with people (Clarion's models are trained anew without these texts)")
    tone = accuracy_of_tone(clarion, peers, given, fold, work)

    report = "\n".join([*head(clarion), "", *segmenting, "", *analysing, "", *cut, "", *tone, "", *starting(clarion, starts)])
    given.out.write_text(report + "\n", encoding="utf-8")
    print(f"\n{report}")


# The programs


class Peers:
    """The Python programs, loaded."""

    def __init__(self, jieba, snownlp, sentiment):
        self.jieba, self.snownlp, self.sentiment = jieba, snownlp, sentiment

    def cut_by_jieba(self, text):
        return list(self.jieba.cut(text))

    def cut_by_snownlp(self, text):
        return self.snownlp.SnowNLP(text).words

    def tone_by_snownlp(self, text):
        # It fails on an empty text.
        return self.snownlp.SnowNLP(text).sentiments if text.strip() else 0.5

    def tone_by_cnsenti(self, text):
        found = self.sentiment.sentiment_calculate(text)
        return found["pos"] - found["neg"]


def load_peers(work):
    """The peers, and the seconds each took to start."""
    starts = {}

    def timed(name, load):
        began = time.process_time()
        loaded = load()
        starts[name] = time.process_time() - began
        return loaded

    def load_jieba():
        import jieba

        jieba.setLogLevel("ERROR")
        # Its cache of the dictionary would otherwise lie among the machine's temporary files, and the first run differ from
        # the second.
        jieba.dt.tmp_dir, jieba.dt.cache_file = str(work), "jieba.cache"
        (work / "jieba.cache").unlink(missing_ok=True)
        jieba.initialize()
        return jieba

    def load_snownlp():
        import snownlp

        return snownlp

    def load_cnsenti():
        from cnsenti import Sentiment

        return Sentiment()

    return Peers(timed("jieba, without its cache", load_jieba), timed("SnowNLP", load_snownlp), timed("cnsenti (after jieba)", load_cnsenti)), starts


class Clarion:
    """The release binary, run on one thread."""

    def __init__(self, binary, work):
        self.binary, self.work = binary, work
        self.starts = {"segment": [], "analyze": []}

    def run(self, command, lines):
        """What it prints for the lines, and the processor seconds that took beyond starting."""
        spent = self.spent(command, lines)
        start = self.spent(command, [])
        self.starts[command].append(start)
        return spent - start

    def spent(self, command, lines):
        self.ask(command, lines)
        return self.seconds

    def ask(self, command, lines):
        path = self.work / f"{command}.in"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        before = children()
        done = subprocess.run([self.binary, command, "--jobs", "1", path], stdout=subprocess.PIPE, check=True)
        self.seconds = children() - before
        return done.stdout.decode("utf-8").splitlines()

    def version(self):
        return subprocess.run([self.binary, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# Speed


def alternating(ours, theirs):
    """Rates of one turn after the other: ours, then each of theirs. All give units a second."""
    turns = []
    for turn in range(TURNS):
        turns.append((ours(), {name: rate() for name, rate in theirs.items()}))
        say(f"  turn {turn + 1} of {TURNS}")
    return turns


def rate_of(work, items, units):
    def rate():
        began = time.process_time()
        for item in items:
            work(item)
        return units / (time.process_time() - began)

    return rate


def speed_table(title, unit, ours, turns, digits):
    number = f"{{:,.{digits}f}}"
    own = statistics.median(rate for rate, _ in turns)
    rows = [
        f"| {title} | {unit} | Clarion is faster by |",
        "|---|---:|---:|",
        f"| {ours} | {number.format(own)} | |",
    ]
    for name in turns[0][1]:
        rate = statistics.median(theirs[name] for _, theirs in turns)
        ratios = sorted(rate / theirs[name] for rate, theirs in turns)
        rows.append(f"| {name} | {number.format(rate)} | {statistics.median(ratios):.1f} × ({ratios[0]:.1f} to {ratios[-1]:.1f}) |")
    return rows


def speed_of_segmenting(clarion, peers, lines):
    megabytes = sum(len(line.encode()) + 1 for line in lines) / 1e6
    tenth = every(lines, len(lines) // 10)
    less = sum(len(line.encode()) + 1 for line in tenth) / 1e6
    turns = alternating(
        lambda: CUT_OVER * megabytes / clarion.run("segment", lines * CUT_OVER),
        {
            "`jieba.cut`, its default dictionary": rate_of(peers.cut_by_jieba, lines, megabytes),
            "`SnowNLP.words`, on a tenth of the texts": rate_of(peers.cut_by_snownlp, tenth, less),
        },
    )
    title = f"Cutting into words, {megabytes:.1f} MB of cases and questions"
    return speed_table(title, "MB/s", "`clarion segment --jobs 1`", turns, 2)


def speed_of_analysing(clarion, peers, documents):
    lines = [json.dumps({"id": str(at), "text": text}, ensure_ascii=False) for at, text in enumerate(documents)]
    turns = alternating(
        lambda: ANALYSED_OVER * len(lines) / clarion.run("analyze", lines * ANALYSED_OVER),
        {
            "`SnowNLP.sentiments`: tone only": rate_of(peers.tone_by_snownlp, documents, len(documents)),
            "`cnsenti.sentiment_calculate`: tone only": rate_of(peers.tone_by_cnsenti, documents, len(documents)),
        },
    )
    characters = sum(map(len, documents)) / len(documents)
    title = f"Analysis, {len(documents):,} cases of {characters:.0f} characters on average"
    ours = "`clarion analyze --jobs 1`: scope, services, categories, agencies, places, kind, tone, personal data"
    return speed_table(title, "texts/s", ours, turns, 0)


def starting(clarion, starts):
    rows = ["| Start, not counted above | seconds |", "|---|---:|"]
    rows += [f"| `clarion {command}` | {statistics.median(taken):.2f} |" for command, taken in clarion.starts.items()]
    return rows + [f"| {name} | {taken:.2f} |" for name, taken in starts.items()]


# Accuracy


def accuracy_of_segmenting(clarion, peers, path, fold):
    gold = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    joined = ["".join(words) for words in gold]
    folded = [line.translate(fold) for line in joined]
    answers = {
        "`clarion segment`": [line.split(" ") if line else [] for line in clarion.ask("segment", joined)],
        "jieba": [peers.cut_by_jieba(line) for line in joined],
        "jieba, characters made Simplified": [peers.cut_by_jieba(line) for line in folded],
        "SnowNLP": [peers.cut_by_snownlp(line) for line in joined],
        "SnowNLP, characters made Simplified": [peers.cut_by_snownlp(line) for line in folded],
    }
    rows = [
        f"| Words as in CityU's gold, {sum(map(len, gold)):,} words | precision | recall | F1 |",
        "|---|---:|---:|---:|",
    ]
    for name, lines in answers.items():
        if len(lines) != len(gold) or any(len("".join(line)) != len(text) for line, text in zip(lines, joined)):
            sys.exit(f"bench: the words of {name} are not those of the text; they cannot be scored")
        found, known = [list(map(spans, lines)), list(map(spans, gold))]
        right = sum(len(left & right) for left, right in zip(found, known))
        cut, expected = sum(map(len, found)), sum(map(len, known))
        rows.append(f"| {name} | {right / cut:.3f} | {right / expected:.3f} | {2 * right / (cut + expected):.3f} |")
    return rows


def spans(words):
    """Where words begin and end in their line."""
    start, found = 0, set()
    for word in words:
        found.add((start, start + len(word)))
        start += len(word)
    return found


def accuracy_of_tone(clarion, peers, given, fold, work):
    answered = work / "answers.jsonl"
    command = [clarion.binary, "eval", given.data, "--written", given.written, "--answers", answered]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    asked = [row for row in read_jsonl(answered) if row["target"] == "sentiment"]
    truths = [row["truth"] for row in asked]
    texts = [f"{row['title']}\n{row['text']}".strip() for row in asked]
    folded = [text.translate(fold) for text in texts]
    answers = {"`clarion analyze`, models that have not seen these texts": [row["answer"] for row in asked]}
    for name, shown in [("", texts), (", characters made Simplified", folded)]:
        scores = [peers.tone_by_snownlp(text) for text in shown]
        answers[f"SnowNLP{name}; negative below {BLAME}, positive above {PRAISE}"] = [by(score, BLAME, PRAISE) for score in scores]
        low, high = kindest(scores, truths)
        answers[f"SnowNLP{name}; the bounds that suit it best on these very texts, {low:.3f} and {high:.3f}"] = [
            by(score, low, high) for score in scores
        ]
    for name, shown in [("", texts), (", characters made Simplified", folded)]:
        answers[f"cnsenti{name}; the sign of pos − neg"] = [by(peers.tone_by_cnsenti(text), 0, 0) for text in shown]
    counts = ", ".join(f"{truths.count(label)} {label}" for label in LABELS)
    rows = [f"| Tone of {len(asked)} held-out texts ({counts}) | accuracy | macro-F1 |", "|---|---:|---:|"]
    for name, labels in answers.items():
        right = sum(left == right for left, right in zip(labels, truths)) / len(truths)
        rows.append(f"| {name} | {right:.3f} | {macro_f1(labels, truths):.3f} |")
    return rows


def by(score, low, high):
    return "negative" if score < low else "positive" if score > high else "neutral"


def kindest(scores, truths):
    """The two bounds of the best macro-F1, out of fifty each."""
    bounds = [statistics.quantiles(scores, n=51)[at] for at in range(50)]
    pairs = [(low, high) for at, low in enumerate(bounds) for high in bounds[at:]]
    return max(pairs, key=lambda pair: macro_f1([by(score, *pair) for score in scores], truths))


def macro_f1(answers, truths):
    total = 0.0
    for label in LABELS:
        right = sum(answer == truth == label for answer, truth in zip(answers, truths))
        total += 2 * right / max(1, answers.count(label) + truths.count(label))
    return total / len(LABELS)


# Texts


def read_jsonl(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def texts(data):
    """Cases of the 1999 line, questions and answers of the FAQs: one text a line."""
    found = [case["text"] for case in read_jsonl(data / "open1999/cases.jsonl")]
    for city in ("kaohsiung", "taipei"):
        for row in read_jsonl(data / f"city_faq/{city}_faq.jsonl"):
            found += [row["question"], row["answer"]]
    return [line for line in (" ".join(text.split()) for text in found) if line]


def every(items, count):
    """About `count` of the items, evenly spread."""
    return items[:: max(1, len(items) // count)]


def sample(lines, size):
    """Lines of about `size` bytes, evenly spread."""
    return lines[:: max(1, sum(len(line.encode()) + 1 for line in lines) // size)]


def read_fold(path):
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return {ord(pair[0]): pair[1] for pair in pairs}


# What is printed


def head(clarion):
    peers = ", ".join(f"{name} {version(name)}" for name in ("jieba", "snownlp", "cnsenti", "numpy"))
    return [
        "# Clarion beside jieba, SnowNLP and cnsenti",
        "",
        f"{clarion.version()}; {peers}; Python {platform.python_version()}. {processor()}, {os.cpu_count()} cores, of which "
        f"each program used one. Median of {TURNS} turns in which the programs follow one another; processor time, without the "
        "start. jieba's larger dictionary for Traditional characters, dict.txt.big, does not come with its package and was not "
        "measured.",
    ]


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
