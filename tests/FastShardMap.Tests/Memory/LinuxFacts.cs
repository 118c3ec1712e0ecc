using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

/// <summary>What Linux knows about this process.</summary>
internal static unsafe class LinuxFacts
{
    /// <summary>Whether the system makes a huge page resident ahead of its use. Emulators of processors accept the
    /// request and do nothing.</summary>
    public static bool CanFillHugePage()
    {
        byte* sample = PageMemory.Map(PageMemory.HugePageBytes, PageMemory.HugePageBytes);
        bool filled = PageMemory.TryFillHugePage(sample)
            && ResidentBytes(sample, PageMemory.HugePageBytes) == (long)PageMemory.HugePageBytes;
        PageMemory.Unmap(sample, PageMemory.HugePageBytes);
        return filled;
    }

    /// <summary>Resident bytes of the mappings' pages inside a range.</summary>
    public static long ResidentBytes(byte* start, nuint bytes)
    {
        // pagemap: 8 bytes per page, bit 63 = present.
        nuint pageBytes = (nuint)Environment.SystemPageSize;
        using FileStream file = File.OpenRead("/proc/self/pagemap");
        file.Position = (long)((nuint)start / pageBytes * sizeof(ulong));
        byte[] words = new byte[(bytes + pageBytes - 1) / pageBytes * sizeof(ulong)];
        file.ReadExactly(words);
        long present = 0;
        for (int offset = 7; offset < words.Length; offset += sizeof(ulong))
        {
            present += words[offset] >> 7;
        }

        return present * (long)pageBytes;
    }

    /// <summary>Bytes in huge pages of the mapping that covers the address.</summary>
    public static long HugeBytes(nuint address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] ends = words[0].Split('-');
            if (ends.Length == 2)
            {
                inside = address >= nuint.Parse(ends[0], System.Globalization.NumberStyles.HexNumber, provider: null)
                    && address < nuint.Parse(ends[1], System.Globalization.NumberStyles.HexNumber, provider: null);
            }
            else if (inside && words[0] == "AnonHugePages:")
            {
                return long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }

    /// <summary>Whether any mapping covers the address.</summary>
    public static bool IsMapped(nuint address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] ends = line.Split(' ', 2)[0].Split('-');
            if (address >= nuint.Parse(ends[0], System.Globalization.NumberStyles.HexNumber, provider: null)
                && address < nuint.Parse(ends[1], System.Globalization.NumberStyles.HexNumber, provider: null))
            {
                return true;
            }
        }

        return false;
    }
}
