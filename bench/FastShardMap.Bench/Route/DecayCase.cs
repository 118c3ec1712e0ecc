using FastShardMap.Routing;

namespace FastShardMap.Bench.Route;

/// <summary>A service that reads keys in batches from several nodes, with one cause of decay set.</summary>
internal sealed record DecayCase
{
    public required string Cause { get; init; }

    public required string Setting { get; init; }

    public int Nodes { get; init; } = 12;

    public ISlotPlacement Placement { get; init; } = new LeastMovesPlacement();

    /// <summary>Exponent of the keys' popularity; 0 if all are equal.</summary>
    public double Theta { get; init; }

    /// <summary>Share of the keys that the near cache holds: the most popular ones.</summary>
    public double NearShare { get; init; }

    /// <summary>Share of the reads that the near cache answers, whatever the key.</summary>
    public double NearHitRate { get; init; }

    /// <summary>Share of the slots for which the client's table names a node that no longer owns them.</summary>
    public double StaleShare { get; init; }

    public double DelayMicroseconds { get; init; } = DecayCosts.DelayMicroseconds;

    /// <summary>The case that all others are compared with.</summary>
    public static DecayCase Base { get; } = new() { Cause = "none", Setting = "12 nodes, equal keys" };

    public static IReadOnlyList<DecayCase> All { get; } =
    [
        Base,
        .. Each<int>("nodes", [1, 3, 6, 12], nodes => $"{nodes}", (one, nodes) => one with { Nodes = nodes }),
        .. Each<int>("virtual nodes", [1, 16, 128, 1024], count => $"ring {count}",
            (one, count) => one with { Placement = new RingPlacement(count) }),
        .. Each<double>("key skew", [0.5, 0.9, 0.99, 1.2], theta => $"Zipf {theta}",
            (one, theta) => one with { Theta = theta }),
        .. Each<double>("key skew, near cache of 1 % of the keys", [0.5, 0.9, 0.99, 1.2], theta => $"Zipf {theta}",
            (one, theta) => one with { Theta = theta, NearShare = 0.01 }),
        .. Each<double>("stale table", [0.01, 1.0 / 12, 1.0 / 3, 1], share => $"{100 * share:0.#} % MOVED",
            (one, share) => one with { StaleShare = share }),
        .. Each<double>("near hit rate", [0.5, 0.9, 0.99], rate => $"{100 * rate:0} %",
            (one, rate) => one with { NearHitRate = rate }),
        .. Each<double>("network delay", [50, 500, 1_000, 5_000], delay => $"{delay / 1_000} ms",
            (one, delay) => one with { DelayMicroseconds = delay }),
    ];

    private static IEnumerable<DecayCase> Each<T>(
        string cause, T[] values, Func<T, string> setting, Func<DecayCase, T, DecayCase> with) =>
        values.Select(value => with(Base with { Cause = cause, Setting = setting(value) }, value));
}
