using System.Runtime.CompilerServices;

namespace FastShardMap.Hashing;

/// <summary>A lookup's copy of the key of a slot, which means nothing until the lookup has validated it.</summary>
/// <remarks>A key of two words is copied and compared word by word: the words of the key that is looked up are in
/// registers already, because the hash needs them.</remarks>
internal readonly unsafe ref struct KeyCopy<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    private static readonly bool s_isTwoWords = KeyTraits<TKey>.IsTwoWords && KeyTraits<TKey>.EqualMeansSameBits;

    private readonly TKey _key;
    private readonly ulong _low;
    private readonly ulong _high;

    /// <summary>Copies the key of a slot.</summary>
    // Safety: sizeof(TKey) bytes at `slot` are mapped.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, hit-1k-guid-32
    public KeyCopy(byte* slot)
    {
        Unsafe.SkipInit(out this);
        if (s_isTwoWords)
        {
            _low = *(ulong*)slot;
            _high = *((ulong*)slot + 1);
        }
        else
        {
            _key = *(TKey*)slot;
        }
    }

    /// <summary>The copied key. Valid unless keys are two words.</summary>
    public TKey Key
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
        get => _key;
    }

    /// <summary>Whether the copy is equal to a key. The caller has validated the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, hit-1k-guid-32
    public bool IsEqualTo(TKey key)
    {
        if (s_isTwoWords)
        {
            (ulong low, ulong high) = DefaultHasher<TKey>.WordsOf(key);
            return low == _low && high == _high;
        }

        return key.Equals(_key);
    }
}
