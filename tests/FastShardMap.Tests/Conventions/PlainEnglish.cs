using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>Finds phrases that readers stumble over, and that have crept in more than once.</summary>
internal static partial class PlainEnglish
{
    /// <summary>What is counted by: "one lock a shard".</summary>
    private const string Unit = "(?:shard|group|entry|operation|slot|lookup|pair|pass|core|step|write|read|insert|key"
        + "|thread|process|map|batch|page|line|run|table|caller|level|nanosecond|microsecond|millisecond|second|minute"
        + "|hour|day|cycle|turn|unlock|row|miss|hit|file|call|callback|look|wait|removal|change|repetition|range|layer"
        + "|scenario|kind|million|type|class|round|buffer|sample|word|bit|byte|node|schedule|test|reader|writer|chunk"
        + "|record|event|owner)";

    /// <summary>What is counted: one or two words without a preposition or a verb.</summary>
    private const string Word = @"(?!(?:of|to|in|on|for|from|with|without|by|than|or|and|that|if|into|under|at|where"
        + @"|only|when|within|through|such|as|is|has|holds?|finds?|changes?|attempts|while)\s)[\w-]+";

    private const string Counted = $@"\ban?\s+{Unit}\b(?!\s+(?:has|have|takes|may|can|is)\b)";

    /// <summary>An indirect question, as in "who waited for whom", is no bare subject.</summary>
    private const string NoQuestion = @"(?!\s+(?:waited|had|may|roots|is|it)\b)";

    /// <summary>The phrases of one line that should be written otherwise.</summary>
    public static IEnumerable<string> Stumbles(string line) =>
        new[] { ManyPerUnit(), OnePerUnit(), MeasurePerUnit(), BareWho(), Gone(), Vain() }
            .SelectMany(phrase => phrase.Matches(line))
            .Select(match => match.Value.Trim());

    // "no object an entry", "24 bytes an entry": say "per".
    [GeneratedRegex(@"\b(?:no|two|three|four|\d+(?:[.,]\d+)*|some|fewer|most)\s+(?:" + Word + @"\s+){1,2}?" + Counted)]
    private static partial Regex ManyPerUnit();

    // "one lock a shard", "a seqlock a group"; but not "a thread locks a group".
    [GeneratedRegex(@"\b(?:one|an?)\s+(?:" + Word + @"(?<!s)\s+){1,2}?" + Counted)]
    private static partial Regex OnePerUnit();

    [GeneratedRegex(@"\b(?:ns|µs|us|ms|bytes|groups|slots|entries|times|GiB|MiB|KiB|bits|cycles|operations|shards)\s+"
        + Counted)]
    private static partial Regex MeasurePerUnit();

    // "whoever comes", "Who holds it waits", "for who wants it": name the actor.
    [GeneratedRegex(@"\b[Ww]hoever\b|(?:^|[.;:(] )[Ww]ho\b(?![^.]*\?)" + NoQuestion
        + @"|\b(?:for|by|of|to|that|and|than|as|but|with|from|or|if|because|while|only) who\b" + NoQuestion)]
    private static partial Regex BareWho();

    [GeneratedRegex(@"\b(?:that|which|who) (?:is|are|was|were) gone\b")]
    private static partial Regex Gone();

    [GeneratedRegex(@"\bin vain\b")]
    private static partial Regex Vain();
}
