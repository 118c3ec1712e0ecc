using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Determines whether values of a type are equal exactly if their bytes are equal.</summary>
internal static class ByteEquality
{
    private const BindingFlags InstanceFields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Returns whether a type that does not implement <see cref="IEquatable{T}"/> has no other equality, and
    /// no padding.</summary>
    public static bool IsEquality<T>()
        where T : unmanaged =>
        RuntimeFeature.IsDynamicCodeSupported
            ? !OverridesEquals(typeof(T)) && IsDense(typeof(T))
            : IsComparedWithoutBoxes<T>();

    /// <summary>Answers the question in programs compiled ahead of time, where types have no descriptions of their
    /// fields. The framework's own comparison of spans compares bytes exactly where this is correct, and boxes
    /// everywhere else. It refuses inline arrays; a type without alignment requirements has no gaps.</summary>
    internal static bool IsComparedWithoutBoxes<T>()
        where T : unmanaged
    {
        T value = default;
        ReadOnlySpan<T> values = new(ref value);
        try
        {
            // the first call may allocate permanently
            _ = MemoryExtensions.SequenceEqual(values, values, comparer: null);
            long before = GC.GetAllocatedBytesForCurrentThread();
            return MemoryExtensions.SequenceEqual(values, values, comparer: null)
                && GC.GetAllocatedBytesForCurrentThread() == before;
        }
        catch (NotSupportedException)
        {
            return GroupShape.AlignmentOf<T>() == 1;
        }
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "An override of a method that is called is kept.")]
    private static bool OverridesEquals(Type type) =>
        type.GetMethod(nameof(Equals), [typeof(object)])?.DeclaringType != typeof(ValueType);

    /// <summary>Returns whether the fields take up all bytes.</summary>
    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "Trimming keeps the fields of structs with sequential or explicit layout; "
            + "without dynamic code this does not run.")]
    private static bool IsDense(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsFunctionPointer)
        {
            return true;
        }

        FieldInfo[] fields = type.GetFields(InstanceFields);
        if (!Array.TrueForAll(fields, static field => IsDense(field.FieldType)))
        {
            return false;
        }

        if (type.GetCustomAttribute<InlineArrayAttribute>() is not null)
        {
            return true; // its elements are adjacent
        }

        bool[] taken = new bool[RuntimeHelpers.SizeOf(type.TypeHandle)];
        int end = 0;
        foreach (FieldInfo field in fields)
        {
            // Without offsets, the fields do not overlap, so only their total number of bytes matters.
            int start = field.GetCustomAttribute<FieldOffsetAttribute>()?.Value ?? end;
            end = Math.Min(start + RuntimeHelpers.SizeOf(field.FieldType.TypeHandle), taken.Length);
            taken.AsSpan(start..end).Fill(true);
        }

        return Array.TrueForAll(taken, static isTaken => isTaken);
    }
}
