using FastShardMap.Routing;

namespace FastShardMap.Bench.Route;

/// <summary>A placement to simulate.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="Placement">The placement.</param>
/// <param name="VirtualNodes">Virtual nodes of a ring; infinity if every slot is thrown on its own; NaN if chance plays
/// no role.</param>
internal sealed record BalanceCase(string Name, ISlotPlacement Placement, double VirtualNodes)
{
    public const double LoadBound = 1.05;

    public static readonly int[] RingSizes = [1, 16, 64, 128, 512, 1024];

    public static readonly BalanceCase[] All =
    [
        .. RingSizes.Select(Ring),
        new($"ring 128, bound {LoadBound}", new RingPlacement(128, LoadBound), double.NaN),
        new("rendezvous", new RendezvousPlacement(), double.PositiveInfinity),
        new("jump", new JumpPlacement(), double.PositiveInfinity),
        new("least moves", new LeastMovesPlacement(), double.NaN),
    ];

    public static BalanceCase Ring(int virtualNodes) =>
        new($"ring {virtualNodes}", new RingPlacement(virtualNodes), virtualNodes);
}
