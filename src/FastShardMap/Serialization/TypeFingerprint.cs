using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace FastShardMap.Serialization;

/// <summary>
/// What the bytes of an unmanaged type mean, in 128 bits: names, types and order of its fields, down to the primitive
/// ones, and its size. A renamed type keeps its fingerprint; a renamed, retyped, added, removed or moved field does not.
/// </summary>
/// <remarks>Programs compiled ahead of time have no descriptions of fields. There the fingerprint is zero, means "not
/// known" and matches every other; the sizes are still compared.</remarks>
internal static class TypeFingerprint
{
    private const BindingFlags InstanceFields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The fingerprint of a type.</summary>
    public static UInt128 Of<T>()
        where T : unmanaged => Cache<T>.Fingerprint;

    /// <summary>Whether two fingerprints may belong to the same layout.</summary>
    public static bool Match(UInt128 a, UInt128 b) => a == b || a == 0 || b == 0;

    /// <summary>The description that the fingerprint is the hash of.</summary>
    internal static string Describe(Type type)
    {
        StringBuilder text = new();
        Describe(type, text);
        return text.ToString();
    }

    private static UInt128 Compute(Type type)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return 0;
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(Describe(type)));
        return MemoryMarshal.Read<UInt128>(hash);
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "Trimming keeps the fields of structs with sequential layout; without dynamic code this does not run.")]
    private static void Describe(Type type, StringBuilder text)
    {
        if (type.IsPointer || type.IsFunctionPointer)
        {
            text.Append("pointer").Append(nint.Size);
        }
        else if (type.IsEnum)
        {
            Describe(type.GetEnumUnderlyingType(), text);
        }
        else if (type == typeof(nint) || type == typeof(nuint))
        {
            text.Append(type.Name).Append(nint.Size);
        }
        else if (type.Assembly == typeof(object).Assembly)
        {
            // The framework's own types are what they are called; the names of their fields are not ours to rely on.
            DescribeName(type, text);
        }
        else
        {
            DescribeFields(type, text);
        }
    }

    private static void DescribeName(Type type, StringBuilder text)
    {
        text.Append(type.Namespace).Append('.').Append(type.Name);
        if (type.IsGenericType)
        {
            text.Append('<');
            foreach (Type argument in type.GetGenericArguments())
            {
                Describe(argument, text);
                text.Append(',');
            }

            text.Append('>');
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "As above.")]
    private static void DescribeFields(Type type, StringBuilder text)
    {
        StructLayoutAttribute? layout = type.StructLayoutAttribute;
        text.Append(CultureInfo.InvariantCulture, $"{layout?.Value} pack {layout?.Pack} size {layout?.Size}");
        if (type.GetCustomAttribute<InlineArrayAttribute>() is { } array)
        {
            text.Append(CultureInfo.InvariantCulture, $" times {array.Length}");
        }

        text.Append('{');
        foreach (FieldInfo field in type.GetFields(InstanceFields).OrderBy(field => field.MetadataToken))
        {
            if (field.GetCustomAttribute<FieldOffsetAttribute>() is { } offset)
            {
                text.Append(CultureInfo.InvariantCulture, $"@{offset.Value} ");
            }

            text.Append(field.Name).Append(':');
            Describe(field.FieldType, text);
            text.Append(';');
        }

        text.Append('}');
    }

    private static class Cache<T>
        where T : unmanaged
    {
        public static readonly UInt128 Fingerprint = Compute(typeof(T));
    }
}
