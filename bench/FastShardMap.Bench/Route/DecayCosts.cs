namespace FastShardMap.Bench.Route;

/// <summary>
/// Assumed costs of the simulated service, in microseconds. They are round numbers of the right order and not
/// measurements: the simulation shows which cause matters how much, and not how fast a server is.
/// </summary>
internal static class DecayCosts
{
    /// <summary>Batches under way at once: each caller sends its next batch when the last one is complete.</summary>
    public const int Callers = 64;

    public const int KeysPerBatch = 64;

    public const int Keys = 100_000;

    /// <summary>Time of a node per request that it receives, whatever the number of keys.</summary>
    public const double RequestMicroseconds = 10;

    /// <summary>Time of a node per key, also for a key that it does not own.</summary>
    public const double KeyMicroseconds = 1;

    /// <summary>Time of a caller per key: routing, and the lookup in the near cache.</summary>
    public const double CallerKeyMicroseconds = 0.05;

    /// <summary>Round trip between a caller and a node, without any waiting.</summary>
    public const double DelayMicroseconds = 100;
}
