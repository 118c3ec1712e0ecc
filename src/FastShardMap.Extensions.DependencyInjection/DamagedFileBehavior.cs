namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>Specifies what happens when the file of a map is truncated, damaged, or of other types.</summary>
public enum DamagedFileBehavior
{
    /// <summary>The map is not created: resolving it, and therefore starting the host, throws
    /// <see cref="InvalidDataException"/>. The file is unchanged.</summary>
    Throw,

    /// <summary>The file is renamed, an error is logged, and the map starts empty. The new name is the old one followed
    /// by <c>.damaged-</c> and the time in UTC. If the file cannot be renamed, resolving the map throws.</summary>
    SetAside,
}
