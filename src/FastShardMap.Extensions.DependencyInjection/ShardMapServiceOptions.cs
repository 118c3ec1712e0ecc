namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>Specifies how a map that is a service is created, loaded, saved and judged. The options of each map are
/// named options, with the name of the map.</summary>
/// <remarks>The options are read once, when the map is created, and are validated then and when the host
/// starts.</remarks>
public sealed class ShardMapServiceOptions
{
    /// <summary>The number of entries to make room for, 0 or more. Default: 0.</summary>
    public long Capacity { get; set; }

    /// <summary>The number of shards, from 1 to <see cref="ShardMapOptions.MaxShardCount"/>. Default: 0, which selects
    /// a number by the processors of the machine.</summary>
    public int ShardCount { get; set; }

    /// <summary>Whether to request huge pages; see <see cref="ShardMapOptions.HugePages"/>. Default: false.</summary>
    public bool HugePages { get; set; }

    /// <summary>Whether to make reserved memory resident at once; see <see cref="ShardMapOptions.Prefault"/>. Default:
    /// false.</summary>
    public bool Prefault { get; set; }

    /// <summary>Whether a background thread finishes migrations; see <see cref="ShardMapOptions.BackgroundMigration"/>.
    /// Default: false.</summary>
    public bool BackgroundMigration { get; set; }

    /// <summary>The file that the map is loaded from and saved to. A relative path starts at the content root of the
    /// host. Its directory must exist. Two maps cannot have the same file. Default: null, for a map without a
    /// file.</summary>
    public string? Path { get; set; }

    /// <summary>Whether the map is loaded from <see cref="Path"/> when it is created. Default: true.</summary>
    public bool LoadOnStart { get; set; } = true;

    /// <summary>Whether a missing file is an error. Default: false, and a map whose file is missing starts
    /// empty.</summary>
    public bool RequireFile { get; set; }

    /// <summary>The age from which on a file is not loaded, so that the map starts empty. The next save replaces the
    /// file. Default: null, and files of every age are loaded.</summary>
    public TimeSpan? MaxFileAge { get; set; }

    /// <summary>What happens when the file is damaged. Files that cannot be read for another reason, such as missing
    /// permissions, are always an error. Default: <see cref="DamagedFileBehavior.Throw"/>.</summary>
    public DamagedFileBehavior DamagedFile { get; set; }

    /// <summary>Whether the map is saved to <see cref="Path"/> when the host has stopped all its services. A host that
    /// failed to start saves nothing. The time that the host gives its services to stop does not end the save. If the
    /// save fails, stopping the host throws, and the old file stays. Default: true.</summary>
    public bool SaveOnStop { get; set; } = true;

    /// <summary>The time between two saves while the host runs, at least one millisecond. A save that fails is logged
    /// and makes the health check report a degraded map; the old file stays. Default: null, and the map is saved only
    /// when the host stops.</summary>
    public TimeSpan? SaveInterval { get; set; }

    /// <summary>The number of entries above which the health check reports a degraded map. Default: null, for no
    /// limit. The map itself has no limit.</summary>
    public long? MaxHealthyCount { get; set; }

    /// <summary>The number of bytes of unmanaged memory above which the health check reports a degraded map. Default:
    /// null, for no limit.</summary>
    public long? MaxHealthyBytes { get; set; }
}
