using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>Conversions of keys whose type is not known statically.</summary>
internal static unsafe class RecordKeys
{
    /// <summary>Returns a key with which a stored key can be looked up: a stored key must not be compared with
    /// others.</summary>
    /// <param name="stored">A key of any type, from a slot.</param>
    /// <param name="buffer">Memory of <see cref="RecordKey.BufferBytes"/>, which the result may refer to.</param>
    // Safety: the record of the key is live, and stays so while the result is used.
    public static TKey PresentStored<TKey>(TKey stored, byte* buffer)
        where TKey : unmanaged
    {
        if (typeof(TKey) != typeof(RecordKey))
        {
            return stored;
        }

        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(stored);
        if (!key.IsLong || key.LongLength > RecordKey.MaxFourVectorBytes)
        {
            return stored;
        }

        PresentedBytes.Arrange(key.Address, key.LongLength, buffer);
        return Unsafe.BitCast<RecordKey, TKey>(key.At(buffer));
    }
}
