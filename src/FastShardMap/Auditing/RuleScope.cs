namespace FastShardMap.Auditing;

/// <summary>Whether the thread runs a rule of an audit, of any type of keys. Rules run inside the gate of their shard,
/// so a rule that waited for another gate could wait for ever.</summary>
internal static class RuleScope
{
    [ThreadStatic]
    private static bool t_isInside;

    public static bool IsInside
    {
        get => t_isInside;
        set => t_isInside = value;
    }

    /// <exception cref="InvalidOperationException">A rule calls this.</exception>
    public static void ThrowIfInside()
    {
        if (t_isInside)
        {
            throw new InvalidOperationException("A rule of an audit cannot use an audit.");
        }
    }
}
