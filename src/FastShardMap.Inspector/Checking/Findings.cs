namespace FastShardMap.Inspector.Checking;

/// <summary>What a check found: the count of each rule, and its first examples.</summary>
internal sealed class Findings
{
    private const int ExamplesPerRule = 8;
    private readonly Dictionary<string, (FindingKind Kind, long Count)> _rules = new(StringComparer.Ordinal);
    private readonly List<Finding> _examples = [];

    public IReadOnlyList<Finding> Examples => _examples;

    public IEnumerable<(string Rule, FindingKind Kind, long Count)> Rules =>
        _rules.Select(rule => (rule.Key, rule.Value.Kind, rule.Value.Count));

    public long Errors => _rules.Values.Where(rule => rule.Kind == FindingKind.Error).Sum(rule => rule.Count);

    public void Error(string rule, int? shard, string text) => Add(FindingKind.Error, rule, shard, text);

    public void Note(string rule, int? shard, string text) => Add(FindingKind.Note, rule, shard, text);

    /// <summary>An error, or only a note if a write was in progress when the target was stopped.</summary>
    public void Report(bool isQuiet, string rule, int? shard, string text) =>
        Add(
            isQuiet ? FindingKind.Error : FindingKind.Note,
            isQuiet ? rule : rule + " (write in progress)",
            shard,
            text);

    private void Add(FindingKind kind, string rule, int? shard, string text)
    {
        long count = _rules.TryGetValue(rule, out (FindingKind Kind, long Count) before) ? before.Count : 0;
        _rules[rule] = (kind, count + 1);
        if (count < ExamplesPerRule)
        {
            _examples.Add(new Finding(kind, rule, shard, text));
        }
    }
}
