namespace FastShardMap.Bench.Targets;

/// <summary>The end of a command that was asked to <c>--check</c>: names what falls short.</summary>
internal static class TargetCheck
{
    private const int AllMet = 0;
    private const int ShortOfTargets = 1;

    public static int Report(string command, IEnumerable<Judgement> shortfalls, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(shortfalls);
        ArgumentNullException.ThrowIfNull(errors);
        int count = 0;
        foreach (Judgement one in shortfalls)
        {
            errors.WriteLine($"{command}: falls short: {one}");
            count++;
        }

        return count == 0 ? AllMet : ShortOfTargets;
    }
}
