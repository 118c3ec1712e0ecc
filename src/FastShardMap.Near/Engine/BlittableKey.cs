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
                $"The type {typeof(TKey)} cannot be a key of a near map: it {s_fault}, so equal keys can have "
                + "different bytes, and the engine compares bytes.");
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

        if (type.IsPrimitive || type.IsEnum || type.IsPointer || IsFrameworkScalar(type)
            || !RuntimeFeature.IsDynamicCodeSupported || type.IsDefined(typeof(InlineArrayAttribute)))
        {
            return null;
        }

        FieldInfo[] fields =
            type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        if (fields.Sum(field => RuntimeHelpers.SizeOf(field.FieldType.TypeHandle))
            < RuntimeHelpers.SizeOf(type.TypeHandle))
        {
            return "has padding between or behind its fields";
        }

        return fields.Select(field => FaultOf(field.FieldType)).FirstOrDefault(fault => fault is not null);
    }

    private static bool IsFrameworkScalar(Type type) =>
        type == typeof(Guid) || type == typeof(Int128) || type == typeof(UInt128) || type == typeof(TimeSpan)
        || type == typeof(DateOnly) || type == typeof(TimeOnly);
}
