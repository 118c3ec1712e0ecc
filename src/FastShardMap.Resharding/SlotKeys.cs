using System.Globalization;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>Names of the keys that resharding keeps on servers.</summary>
internal static class SlotKeys
{
    /// <summary>Keys of users do not start with this.</summary>
    public const string Reserved = "fsm:";

    /// <summary>Nor with this. It comes last in the order of bytes, and text never starts with it.</summary>
    public static ReadOnlySpan<byte> ReservedLast => [0xFF, (byte)'f', (byte)'s', (byte)'m', (byte)':'];

    public static readonly RedisKey Document = "fsm:{route}:table";

    public static readonly RedisKey Epoch = "fsm:{route}:epoch";

    /// <summary>An identity of a database, which tells whether two names lead to the same one.</summary>
    public static readonly RedisKey Node = "fsm:{route}:node";

    private static readonly byte[] ReservedBytes = "fsm:"u8.ToArray();

    /// <summary>The number that a write must know. It only rises.</summary>
    public static RedisKey Fence(int slot) => Of("fence", slot);

    /// <summary>A hash: keys that the follower may lack, each with an identity of its latest write.</summary>
    public static RedisKey Log(int slot) => Of("log", slot);

    /// <summary>Numbers the snapshots that were taken of the slot's keys.</summary>
    public static RedisKey Sequence(int slot) => Of("sequence", slot);

    /// <summary>A hash on the follower: the number of the snapshot that each key comes from.</summary>
    public static RedisKey Versions(int slot) => Of("versions", slot);

    public static bool IsReserved(ReadOnlySpan<byte> key) =>
        key.StartsWith(ReservedBytes) || key.StartsWith(ReservedLast);

    private static RedisKey Of(string kind, int slot) =>
        string.Create(CultureInfo.InvariantCulture, $"{Reserved}{kind}:{slot}");
}
