namespace FastShardMap.Near;

/// <summary>Where a read may take a value from.</summary>
public enum Freshness
{
    /// <summary>From the near copy if there is one, otherwise from the engine.</summary>
    Near = 0,

    /// <summary>From the primary of the engine that owns the key.</summary>
    Engine = 1,
}
