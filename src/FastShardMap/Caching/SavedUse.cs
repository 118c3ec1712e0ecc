using FastShardMap.Layout;

namespace FastShardMap.Caching;

/// <summary>The byte of a saved entry that says how it was used.</summary>
internal readonly record struct SavedUse(byte Byte)
{
    private const byte MarkMask = CacheEntry<byte>.MaxMark;
    private const byte MainBit = MarkMask + 1;

    public SavedUse(byte mark, bool isMain)
        : this((byte)(mark | (isMain ? MainBit : 0)))
    {
    }

    public bool IsValid => Byte <= (MarkMask | MainBit);

    public byte Mark => (byte)(Byte & MarkMask);

    public bool IsMain => (Byte & MainBit) != 0;
}
