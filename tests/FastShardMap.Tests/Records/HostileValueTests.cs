using System.Buffers;
using System.Runtime.CompilerServices;

namespace FastShardMap.Tests.Records;

/// <summary>Ranges of values whose memory runs code of the caller when it is pinned.</summary>
public sealed class HostileValueTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(20_000, 2)]
    public void TryAddRange_PinningChangesTheCallersArray_StoresTheValueFromBefore(int count, int parallelism)
    {
        byte[] longer = new byte[1 << 20];
        ReadOnlyMemory<byte>[] values = new ReadOnlyMemory<byte>[count];
        string[] keys = new string[count];
        for (int i = 0; i < count; i++)
        {
            int index = i;
            keys[i] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{i}");
            values[i] = new ManagerOf16(() => values[index] = longer).Memory;
        }

        using BlobShardMap map = new();
        Assert.Equal(count, map.TryAddRange(keys, values, parallelism));
        foreach (string key in keys)
        {
            Assert.True(map.TryGetLength(key, out int length));
            Assert.Equal(16, length);
        }
    }

    [Fact]
    public void SetRange_MemoryThatPinsNothing_IsRefusedAndStoresNothing()
    {
        using BlobShardMap map = new();
        ReadOnlyMemory<byte>[] values = [new ManagerOfNothing().Memory];
        Assert.Throws<InvalidOperationException>(() => map.SetRange(["key"], values));
        Assert.Equal((0, 0), (map.Count, map.GetStatistics().RecordBytesLive));
    }

    [Fact]
    public void SetRange_UnpinThrows_IsPassedOnOnce()
    {
        using BlobShardMap map = new();
        ManagerOfNothing manager = new(pins: true);
        Assert.Throws<InvalidTimeZoneException>(() => map.SetRange(["key"], [manager.Memory]));
        Assert.Equal(1, manager.Unpins);
    }

    private sealed unsafe class ManagerOfNothing(bool pins = false) : MemoryManager<byte>
    {
        private readonly byte[] _bytes = GC.AllocateArray<byte>(16, pinned: true);

        public int Unpins { get; private set; }

        public override Span<byte> GetSpan() => _bytes;

        public override MemoryHandle Pin(int elementIndex = 0) => pins
            ? new MemoryHandle(Unsafe.AsPointer(ref _bytes[elementIndex]), pinnable: this)
            : default;

        public override void Unpin()
        {
            Unpins++;
            throw new InvalidTimeZoneException();
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
