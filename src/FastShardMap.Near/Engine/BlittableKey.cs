using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace FastShardMap.Near.Engine;

/// <summary>Whether equal keys of a type have equal bytes, as the engine compares them.</summary>
internal static class BlittableKey<TKey>
    where TKey : unmanaged
{
    private static readonly string? s_fault = FaultOf(typeof(TKey));

    /// <exception cref="NotSupportedException">They need not.</exception>
    public static void Check()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Near maps need a little-endian processor.");
        }

        if (s_fault is not null)
        {
            throw new NotSupportedException(
                $"The type {typeof(TKey)} cannot be a key of a near map: it {s_fault}, so equal keys can have different "
                + "bytes, and the engine compares bytes.");
        }
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "Trimming keeps the fields of structs with sequential layout; without dynamic code this does "
            + "not look at fields.")]
    private static string? FaultOf(Type type)
    {
        if (type == typeof(float) || type == typeof(double) || type == typeof(Half) || type == typeof(decimal)
            || type == typeof(DateTime) || type == typeof(DateTimeOffset))
        {
            return $"is or contains {type.Name}";
        }

        if (type.IsPrimitive || type.IsEnum || type.IsPointer || type.Namespace == nameof(System)
            || !RuntimeFeature.IsDynamicCodeSupported)
        {
            return null;
        }

        FieldInfo[] fields =
            type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        return fields.Select(field => FaultOf(field.FieldType)).FirstOrDefault(fault => fault is not null);
    }
}
