using System.Buffers.Binary;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Tests;

/// <summary>
/// Writes a snapshot as a core dump with nothing but memory: its maps are found by their headers, and all of it is the
/// test's own choice, unlike what the dump of a process holds.
/// </summary>
internal static class CoreFile
{
    private const int HeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const ushort Core = 4;
    private const uint Load = 1;
    private const uint ReadAndWrite = 6;

    public static void Write(string path, SnapshotMemory memory, DateTime time)
    {
        MemoryRegion[] regions = [.. memory.WritableRegions()];
        int tableBytes = regions.Length * ProgramHeaderBytes;
        using (FileStream file = File.Create(path))
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            "\u007FELF\u0002\u0001\u0001"u8.CopyTo(header);
            BinaryPrimitives.WriteUInt16LittleEndian(header[16..], Core);
            BinaryPrimitives.WriteUInt64LittleEndian(header[32..], HeaderBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(header[52..], HeaderBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(header[54..], ProgramHeaderBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(header[56..], (ushort)regions.Length);
            file.Write(header);
            ulong offset = (ulong)(HeaderBytes + tableBytes);
            Span<byte> entry = stackalloc byte[ProgramHeaderBytes];
            foreach (MemoryRegion region in regions)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(entry, Load);
                BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], ReadAndWrite);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], offset);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], region.Start);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], region.Bytes);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], region.Bytes);
                file.Write(entry);
                offset += region.Bytes;
            }

            foreach (MemoryRegion region in regions)
            {
                byte[] bytes = new byte[region.Bytes];
                Assert.Equal(bytes.Length, memory.Read(region.Start, bytes));
                file.Write(bytes);
            }
        }

        File.SetLastWriteTimeUtc(path, time);
    }
}
