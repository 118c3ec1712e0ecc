using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>Memory for the time of one call, from the runtime's native heap.</summary>
internal static unsafe class ScratchMemory
{
    /// <summary>Allocates memory whose contents are not defined.</summary>
    /// <exception cref="OutOfMemoryException">There is none.</exception>
    public static byte* Allocate(int bytes) => (byte*)NativeMemory.Alloc((nuint)(uint)bytes);

    /// <summary>Frees memory.</summary>
    public static void Free(byte* memory) => NativeMemory.Free(memory);
}
