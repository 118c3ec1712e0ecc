using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

internal static unsafe partial class PageMemory
{
    private static partial class Windows
    {
        private const uint MemCommit = 0x1000;
        private const uint MemReserve = 0x2000;
        private const uint MemRelease = 0x8000;
        private const uint PageNoAccess = 0x01;
        private const uint PageReadWrite = 0x04;
        private const nuint AllocationGranularity = 64 * 1024;
        private const int AlignedAttempts = 64;

        public static byte* Map(nuint bytes, nuint alignment)
        {
            if (alignment <= AllocationGranularity)
            {
                return VirtualAlloc(null, bytes, MemReserve | MemCommit, PageReadWrite);
            }

            // A reservation can only be released as a whole. So reserve too much to find a hole of the right size,
            // release it, and allocate at the aligned address within. Another thread may take the hole in between; then
            // try again.
            for (int attempt = 0; attempt < AlignedAttempts; attempt++)
            {
                byte* raw = VirtualAlloc(null, bytes + alignment, MemReserve, PageNoAccess);
                if (raw is null)
                {
                    return null;
                }

                byte* aligned = (byte*)(((nuint)raw + (alignment - 1)) & ~(alignment - 1));
                _ = VirtualFree(raw, 0, MemRelease);
                byte* start = VirtualAlloc(aligned, bytes, MemReserve | MemCommit, PageReadWrite);
                if (start is not null)
                {
                    return start;
                }
            }

            return null;
        }

        public static void Unmap(byte* start) => _ = VirtualFree(start, 0, MemRelease);

        // Windows has no call that zeroes and discards pages while they stay accessible: DiscardVirtualMemory and
        // MEM_RESET leave the contents undefined, and stale readers would fault on decommitted pages. So clear the
        // pages, and then drop them from the working set, which VirtualUnlock does for pages that are not locked. From
        // then on they read zero, and the operating system may reuse their memory. Blocks are given back in the
        // background, so no operation pays for the clearing.
        public static bool TryDiscard(byte* start, nuint bytes)
        {
            NativeMemory.Clear(start, bytes);
            _ = VirtualUnlock(start, bytes);
            return true;
        }

        public static bool TryProtect(byte* start, nuint bytes)
        {
            uint previous;
            return VirtualProtect(start, bytes, PageNoAccess, &previous) != 0;
        }

        [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static partial byte* VirtualAlloc(void* address, nuint bytes, uint type, uint protection);

        [LibraryImport("kernel32", EntryPoint = "VirtualFree")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static partial int VirtualFree(void* address, nuint bytes, uint type);

        [LibraryImport("kernel32", EntryPoint = "VirtualUnlock")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static partial int VirtualUnlock(void* address, nuint bytes);

        [LibraryImport("kernel32", EntryPoint = "VirtualProtect")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static partial int VirtualProtect(void* address, nuint bytes, uint protection, uint* previous);
    }
}
