namespace FastShardMap.Near;

/// <summary>Whether a near map serves near copies.</summary>
public enum NearState
{
    /// <summary>It does not: every read goes to the engine. <see cref="NearMap{TKey, TValue}.Suspension"/> says
    /// why.</summary>
    Suspended = 0,

    /// <summary>It does.</summary>
    Live = 1,
}
