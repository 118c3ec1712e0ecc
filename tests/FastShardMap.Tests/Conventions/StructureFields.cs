using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Tests.Conventions;

/// <summary>Where the fields of an unmanaged structure really lie, private ones too.</summary>
internal static unsafe class StructureFields
{
    /// <summary>
    /// Offset and size of every instance field, measured: all bits of the one field are set in a zeroed structure, and
    /// the bytes that changed are the field's. That asks nothing of attributes, so it sees what the runtime did with
    /// them.
    /// </summary>
    public static IReadOnlyDictionary<string, (long Offset, long Bytes)> Of<T>()
        where T : unmanaged
    {
        Dictionary<string, (long Offset, long Bytes)> fields = new(StringComparer.Ordinal);
        foreach (FieldInfo field in typeof(T).GetFields(
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            object box = default(T);
            field.SetValue(box, AllBitsSet(field.FieldType));
            ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Box>(box).FirstByte, sizeof(T));
            int offset = bytes.IndexOfAnyExcept((byte)0);
            fields.Add(field.Name, (offset, bytes.LastIndexOfAnyExcept((byte)0) - offset + 1));
        }

        return fields;
    }

    private static object AllBitsSet(Type type)
    {
        if (type.IsPointer)
        {
            return Pointer.Box((void*)nuint.MaxValue, type);
        }

        // An enum's box has its own type; the bytes behind it are filled like any other's.
        object box = RuntimeHelpers.GetUninitializedObject(type);
        int bytes = (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
        MemoryMarshal.CreateSpan(ref Unsafe.As<Box>(box).FirstByte, bytes).Fill(0xFF);
        return box;
    }

    // The shape of a boxed value: its bytes follow the header, as this class's field does.
    private sealed class Box
    {
        public byte FirstByte;
    }
}
