namespace FastShardMap.Bench.Suites;

/// <summary>
/// The work of the suites for one map, one shape of pair and one size. A suite calls it virtually, once for thousands
/// of operations; inside, everything is direct.
/// </summary>
internal abstract class SuiteBody : IDisposable
{
    /// <summary>Operations of one call of those methods that do not work on the whole map.</summary>
    public const int Operations = 1 << 14;

    public abstract ulong Hit();

    public abstract ulong HitDependent();

    public abstract ulong Miss();

    public abstract ulong MissDependent();

    public abstract ulong Batch();

    /// <summary>Sums all values.</summary>
    public abstract ulong Enumerate();

    public abstract int CopyToArray();

    public abstract ulong Overwrite();

    public abstract ulong Change();

    public abstract ulong GetOrAddExisting();

    /// <summary>Removes the oldest and inserts a new key, <see cref="Operations"/> times.</summary>
    public abstract ulong Churn();

    /// <summary>Makes a map that holds all keys, from empty or reserved, and disposes it.</summary>
    public abstract long Fill(bool reserve);

    /// <summary>Removes every key; <see cref="Refill"/> goes before.</summary>
    public abstract ulong RemoveAll();

    public abstract void Refill();

    public abstract void Dispose();
}
