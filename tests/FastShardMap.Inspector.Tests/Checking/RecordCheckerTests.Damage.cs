using FastShardMap.Inspector.Checking;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Checking;

// Plants one damage into a copy of a map's memory.
public sealed unsafe partial class RecordCheckerTests
{
    private static void Damage(SnapshotMemory memory, ulong address, string damage)
    {
        MapHeader header = memory.Get<MapHeader>(address);
        RecordHeap heap = memory.Get<RecordHeap>((ulong)header.RecordHeaps);
        ulong group = GroupWithTwoEntries(memory, address);
        ulong slot = group + GroupShape.HeaderBytes;
        ulong second = slot + header.SlotBytes;
        RecordKey key = memory.Get<RecordKey>(slot);
        int freeClass = 0;
        while (heap.Free[freeClass] == 0)
        {
            freeClass++;
        }

        ulong chunk = (ulong)memory.Get<RecordEpoch>(heap.Newest is null ? address : (ulong)heap.Newest).Limbo;
        switch (damage)
        {
            case "record key":
                memory.Set(slot, RecordKey.CreateLong(key.LongHash, 3, key.Address));
                break;
            case "record hash":
                memory.Set((ulong)key.Address, (byte)(memory.Get<byte>((ulong)key.Address) ^ 1));
                break;
            case "record twice":
                memory.Set(slot, key.At(memory.Get<RecordKey>(second).Address));
                break;
            case "record overlap":
                memory.Set(slot, key.At(memory.Get<RecordKey>(second).Address + 8));
                break;
            case "record place":
                memory.Set(slot, key.At(heap.Next + 8));
                break;
            case "unreadable":
                memory.Set(slot, key.At((byte*)8));
                break;
            case "live bytes":
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.LiveBytes += 8);
                break;
            case "free list":
                memory.Set(heap.Free[freeClass], (ulong)heap.Next | 4);
                break;
            case "free list cycle":
                memory.Set(heap.Free[freeClass], heap.Free[freeClass]);
                break;
            case "free bytes":
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.FreeBytes -= 8);
                break;
            case "limbo":
                memory.Set(chunk + 8, LimboChunk.MaxRecords + 1L);
                break;
            case "limbo cycle":
                memory.Set(chunk, chunk);
                break;
            case "limbo record":
                memory.Set(chunk + 16, 5UL);
                break;
            case "limbo end":
                memory.Set((ulong)heap.Newest + 24, chunk + 8);
                break;
            case "limbo bytes":
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.LimboBytes += 8);
                break;
            case "epochs":
                memory.Set((ulong)heap.Newest + 8, chunk);
                break;
            case "epochs cycle":
                memory.Set((ulong)heap.Newest, (ulong)heap.Newest);
                break;
            case "segments":
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.SegmentBytes += 8);
                break;
            case "segments cycle":
                memory.Set((ulong)heap.Segments, (ulong)heap.Segments);
                break;
            case "segments head":
                memory.Set((ulong)heap.Segments + 8, 7L);
                break;
            case "segments count":
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.SegmentCount++);
                break;
            case "segments unused":
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.End -= 8);
                break;
            default:
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.IsCompacting = 2);
                break;
        }
    }

    private static void ChangeHeap(SnapshotMemory memory, ulong address, Change change)
    {
        ulong heaps = (ulong)memory.Get<MapHeader>(address).RecordHeaps;
        RecordHeap heap = memory.Get<RecordHeap>(heaps);
        change(ref heap);
        memory.Set(heaps, heap);
    }

    // The value of the long key, which has a large record.
    private static ulong FirstValue(SnapshotMemory memory, ulong address)
    {
        MapHeader header = memory.Get<MapHeader>(address);
        ulong group = memory.Get<ulong>((ulong)header.Views + 8);
        group = (ulong)TableRef.FromWord(group).Base;
        for (ulong slot = group + GroupShape.HeaderBytes; ; slot += header.SlotBytes)
        {
            if (memory.Get<RecordKey>(slot) is { IsLong: true })
            {
                return slot + header.ValueOffset;
            }
        }
    }

    private static ulong GroupWithTwoEntries(SnapshotMemory memory, ulong address)
    {
        MapHeader header = memory.Get<MapHeader>(address);
        TableRef table = TableRef.FromWord(memory.Get<ulong>((ulong)header.Views + 8));
        for (ulong index = 0; ; index++)
        {
            ulong group = (ulong)table.Base + (index * header.StrideBytes);
            ulong control = memory.Get<ulong>(group);
            if (ControlWord.ControlByte(control, 0) != 0 && ControlWord.ControlByte(control, 1) != 0)
            {
                return group;
            }
        }
    }
}
