using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>Receives a copy of a value of any length. What it has received counts only when the lookup has confirmed
/// it.</summary>
/// <param name="destination">The memory for the bytes, which does not move.</param>
/// <param name="room">The length of that memory.</param>
internal unsafe struct BlobCopy(byte* destination, int room)
{
    private readonly byte* _destination = destination;
    private readonly int _room = room;

    /// <summary>The length of the value, or -1 if there was none.</summary>
    public int Length { get; private set; } = -1;

    /// <summary>The version of the value.</summary>
    public long Version { get; private set; }

    /// <summary>Whether the value fits into the memory, so that its bytes were copied.</summary>
    public readonly bool IsComplete => (uint)Length <= (uint)_room;

    /// <summary>Whether at least so many bytes were copied.</summary>
    public readonly bool IsLong(int bytes) => IsComplete && Length >= bytes;

    /// <summary>Forgets what was received.</summary>
    public void Clear() => (Length, Version) = (-1, 0);

    /// <summary>Copies a value, if it fits.</summary>
    // Safety: the length is that of a confirmed slot, and the address that of its record, or of memory that was its
    // record. No more bytes are written than there is room for.
    public void Take(BlobRef value)
    {
        Length = (int)value.Length;
        Version = value.Version;
        if (value.Length <= (uint)_room)
        {
            Unsafe.CopyBlockUnaligned(_destination, value.Address, value.Length);
        }
    }
}
