namespace FastShardMap.Inspector.Commands;

/// <summary>A command that an interactive session offers.</summary>
/// <param name="Words">The command, and options that it always gets.</param>
/// <param name="Description">What it shows.</param>
/// <param name="NeedsProcess">Whether it needs a process; dumps do not change.</param>
internal sealed record SessionCommand(string[] Words, string Description, bool NeedsProcess = false)
{
    /// <summary>For one map.</summary>
    public static readonly SessionCommand[] OfMap =
    [
        new(["show"], "shards, locks and histograms"),
        new(["show", "--html"], "the same as a page, with a heat map"),
        new(["check"], "whether the native memory is consistent"),
        new(["entries"], "keys and values"),
        new(["audit"], "the last operations, if the map is audited"),
        new(["watch"], "how the map changes", NeedsProcess: true),
        new(["trace"], "which thread waited for which at its locks", NeedsProcess: true),
    ];

    /// <summary>For all maps at once.</summary>
    public static readonly SessionCommand[] OfAllMaps =
    [
        new(["list"], "types, sizes, and what keeps the maps alive"),
        new(["watch"], "how the maps change", NeedsProcess: true),
        new(["trace"], "which thread waited for which at their locks", NeedsProcess: true),
        new(["dump"], "a core dump of the process", NeedsProcess: true),
    ];

    public string Name => string.Join(' ', Words);
}
