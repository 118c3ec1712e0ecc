using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastShardMap.Tables;

/// <summary>Copies values that do not fit a few registers from a slot to where a caller wants them, without a stop on
/// the stack and without a call.</summary>
internal static unsafe class WideValue
{
    /// <summary>Values up to this size are copied through registers; larger ones the JIT copies to the stack first, by
    /// a call from about 128 bytes on (source: compare, hit-100k-256).</summary>
    public const int MaxRegisterBytes = 32;

    private const int BlockBytes = 256;

    /// <summary>Copies a value of more than 32 bytes.</summary>
    // Safety: sizeof(TValue) bytes at `from` are mapped.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-100k-256
    public static void Copy<TValue>(byte* from, out TValue to)
        where TValue : unmanaged
    {
        Unsafe.SkipInit(out to);
        ref byte target = ref Unsafe.As<TValue, byte>(ref to);
        int whole = sizeof(TValue) & -BlockBytes;
        for (int offset = 0; offset < whole; offset += BlockBytes)
        {
            ref byte block = ref Unsafe.AddByteOffset(ref target, offset);
            Move(from + offset, ref block, 0);
            Move(from + offset, ref block, 64);
            Move(from + offset, ref block, 128);
            Move(from + offset, ref block, 192);
        }

        byte* rest = from + whole;
        ref byte restTarget = ref Unsafe.AddByteOffset(ref target, whole);
        int left = sizeof(TValue) & (BlockBytes - 1);
        if (left >= 64)
        {
            Move(rest, ref restTarget, 0);
        }

        if (left >= 128)
        {
            Move(rest, ref restTarget, 64);
        }

        if (left >= 192)
        {
            Move(rest, ref restTarget, 128);
        }

        if ((left & 32) != 0)
        {
            MoveVector(rest, ref restTarget, left & -64);
        }

        if ((left & 31) != 0)
        {
            // The last 32 bytes, some of them for the second time.
            MoveVector(rest, ref restTarget, left - 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-100k-256
    private static void Move(byte* from, ref byte to, int offset)
    {
        MoveVector(from, ref to, offset);
        MoveVector(from, ref to, offset + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-100k-256
    private static void MoveVector(byte* from, ref byte to, int offset) =>
        Vector256.Load(from + offset).StoreUnsafe(ref Unsafe.AddByteOffset(ref to, offset));
}
