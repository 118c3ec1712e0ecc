using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;

namespace FastShardMap.Tests.Layout;

public sealed class GroupShapeTests
{
    private static readonly int[] Alignments = [1, 2, 4, 8, 16];

    [Fact]
    public void For_EverySizeAndAlignment_LaysSlotsOutWithinTheGroup()
    {
        foreach (int keyAlignment in Alignments)
        {
            foreach (int valueAlignment in Alignments)
            {
                foreach (int keyBytes in SizesOf(keyAlignment))
                {
                    foreach (int valueBytes in SizesOf(valueAlignment))
                    {
                        AssertSound(keyBytes, keyAlignment, valueBytes, valueAlignment);
                    }
                }
            }
        }
    }

    [Fact]
    public void For_EverySizeOfBytes_LaysSlotsOutWithinTheGroup()
    {
        for (int bytes = 1; bytes <= 4096; bytes++)
        {
            AssertSound(bytes, 1, 8, 8);
            AssertSound(8, 8, bytes, 1);
            AssertSound(bytes, 1, bytes, 1);
        }
    }

    [Fact]
    public void Shape_OfRealTypes_AgreesWithTheRuntimesOwnLayout()
    {
        AssertRealLayout<byte, long>();
        AssertRealLayout<long, byte>();
        AssertRealLayout<ulong, ulong>();
        AssertRealLayout<int, short>();
        AssertRealLayout<Guid, byte>();
        AssertRealLayout<byte, Guid>();
        AssertRealLayout<Int128, byte>();
        AssertRealLayout<byte, Int128>();
        AssertRealLayout<decimal, float>();
        AssertRealLayout<char, Three>();
        AssertRealLayout<Three, nint>();
    }

    private static void AssertRealLayout<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged
    {
        // A structure of a key and a value, as the runtime itself lays it out.
        Both<TKey, TValue> both = default;
        nint valueOffset = Unsafe.ByteOffset(
            ref Unsafe.As<TKey, byte>(ref both.Key), ref Unsafe.As<TValue, byte>(ref both.Value));
        Assert.Equal(Unsafe.SizeOf<TKey>(), GroupShape<TKey, TValue>.Shape.KeyBytes);
        Assert.Equal(Unsafe.SizeOf<TValue>(), GroupShape<TKey, TValue>.Shape.ValueBytes);
        Assert.Equal(valueOffset, GroupShape<TKey, TValue>.ValueOffset);
        Assert.Equal(Unsafe.SizeOf<Both<TKey, TValue>>(), GroupShape<TKey, TValue>.SlotBytes);
    }

    private static IEnumerable<int> SizesOf(int alignment) =>
        new[]
        {
            1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 128, 200, 255, 256, 257, 512,
            1000, 1024, 2047, 2048, 4000, 4095, 4096,
        }
            .Where(bytes => bytes % alignment == 0);

    private static void AssertSound(int keyBytes, int keyAlignment, int valueBytes, int valueAlignment)
    {
        GroupShape shape = GroupShape.For(keyBytes, keyAlignment, valueBytes, valueAlignment);
        bool sound = shape.KeyBytes == keyBytes
            && shape.ValueBytes == valueBytes

            // A key and a value of their own, aligned, without overlap.
            && shape.ValueOffset >= keyBytes
            && shape.ValueOffset < keyBytes + valueAlignment
            && shape.ValueOffset % valueAlignment == 0
            && shape.SlotBytes >= shape.ValueOffset + valueBytes
            && shape.SlotBytes % keyAlignment == 0
            && shape.SlotBytes % valueAlignment == 0
            && GroupShape.HeaderBytes % Math.Max(keyAlignment, valueAlignment) == 0

            // Slots that a control word can describe, two at least: a table of any number of groups then has a free
            // slot.
            && shape.SlotsPerGroup is >= 2 and <= ControlWord.MaxSlots
            && shape.StrideBytes >= GroupShape.HeaderBytes + (shape.SlotsPerGroup * shape.SlotBytes)

            // Control word and version never straddle a line.
            && (shape.StrideBytes == 32 || shape.StrideBytes % 16 == 0)

            // No line more than the slots need, and groups of some lines no part of one.
            && (shape.StrideBytes <= 256
                ? shape.StrideBytes == 32 || shape.StrideBytes % 64 == 0
                : shape.StrideBytes < GroupShape.HeaderBytes + (shape.SlotsPerGroup * shape.SlotBytes) + 16)
            && shape.StrideBytes < GroupShape.HeaderBytes + (shape.SlotsPerGroup * shape.SlotBytes) + 64;
        Assert.True(sound, $"key {keyBytes}/{keyAlignment}, value {valueBytes}/{valueAlignment}: {shape}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Both<TKey, TValue>
        where TKey : unmanaged
        where TValue : unmanaged
    {
        public TKey Key;
        public TValue Value;
    }

    [InlineArray(3)]
    private struct Three
    {
        private byte _first;
    }
}
