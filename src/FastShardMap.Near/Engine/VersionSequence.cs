using System.Security.Cryptography;
using System.Runtime.InteropServices;

namespace FastShardMap.Near.Engine;

/// <summary>The versions of a map's writes: a random start, and steps that visit every number. Two maps have a version
/// in common only by chance.</summary>
internal sealed class VersionSequence
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private ulong _last;

    public VersionSequence() =>
        _last = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public ulong Next()
    {
        ulong version = Interlocked.Add(ref _last, Step);
        return version != 0 ? version : Interlocked.Add(ref _last, Step);
    }
}
