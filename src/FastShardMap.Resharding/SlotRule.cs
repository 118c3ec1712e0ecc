using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace FastShardMap.Resharding;

/// <summary>How keys of a slot are read and written now.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SlotRule(
    int Slot, string From, string To, MoveState State, long Previous, long Token, int Percent)
{
    private const long CutoverSeed = 0xC07;

    /// <summary>The server on which a write takes effect. There is one per value of the fence.</summary>
    public string Authority => State is MoveState.Draining or MoveState.Cleaning ? To : From;

    /// <summary>The server that follows the authority.</summary>
    public string Follower => State == MoveState.Draining ? From : To;

    /// <summary>Whether writes note their key in the authority's log, for the follower.</summary>
    public bool IsLogged => State is >= MoveState.Copying and <= MoveState.Draining;

    /// <summary>Whether a write reaches the follower before it completes.</summary>
    public bool IsDouble => State is >= MoveState.DoubleWrite and <= MoveState.Draining;

    /// <summary>Whether a key changes sides at this percentage. A key that has changed stays there as it
    /// rises.</summary>
    public bool IsCutOver(ReadOnlySpan<byte> key) =>
        State == MoveState.Cutover && (int)(XxHash3.HashToUInt64(key, CutoverSeed) % 100) < Percent;
}
