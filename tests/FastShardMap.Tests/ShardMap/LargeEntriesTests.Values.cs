using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Tests;

public sealed partial class LargeEntriesTests
{
    /// <summary>A value that has its number in the first byte, and twice that in the last.</summary>
    private static T Stamped<T>(int stamp)
        where T : unmanaged
    {
        T value = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        bytes[^1] = (byte)(2 * stamp);
        bytes[0] = (byte)stamp;
        return value;
    }

    private static byte StampOf<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value))[0];

    private static bool IsWhole<TKey, TValue>(KeyValuePair<TKey, TValue> entry)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        AssertSame(StampOf(entry.Key), entry.Value);
        return true;
    }

    private static T Next<T>(T value)
        where T : unmanaged => Stamped<T>(StampOf(value) + 1);

    private static void AssertSame<T>(int stamp, T value)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        Assert.Equal((byte)stamp, bytes[0]);
        Assert.True(bytes.Length == 1 || bytes[^1] == (byte)(2 * stamp));
    }

    private readonly struct Functor<TKey, TValue>
        : IValueUpdater<TValue>, IValueUpserter<TKey, TValue>, IValueKeeper<TValue>
        where TKey : unmanaged
        where TValue : unmanaged
    {
        public TValue Create(TKey key) => Stamped<TValue>(1);

        public void Update(ref TValue value) => value = Next(value);

        public void Update(TKey key, ref TValue value) => value = Next(value);

        public bool Keep(ref TValue value)
        {
            value = Next(value);
            return true;
        }
    }

    [InlineArray(8192)]
    private struct Most
    {
        private byte _first;
    }

    [InlineArray(8193)]
    private struct MostAndOne
    {
        private byte _first;
    }

    [InlineArray(8191)]
    private struct MostButOne
    {
        private byte _first;
    }

    [InlineArray(4096)]
    private struct Half
    {
        private byte _first;
    }

    [InlineArray(4097)]
    private struct HalfAndOne
    {
        private byte _first;
    }

    [InlineArray(1 << 19)]
    private struct Gigantic
    {
        private byte _first;
    }
}
