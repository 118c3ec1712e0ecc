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
/// ones, and its size. A renamed type keeps its fingerprint; a renamed, retyped, added, removed or moved field does
/// not.
/// </summary>
/// <remarks>Programs compiled ahead of time have no descriptions of fields. There a type that is described by its
/// fields has the fingerprint zero, which means "not known"; its size is still compared. Types that are described by
/// name have their fingerprint everywhere: primitive types and enums, for which not even the name is asked of the
/// runtime, the framework's other types, and tuples of all these.</remarks>
internal static class TypeFingerprint
{
    private const BindingFlags InstanceFields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The fingerprint of a type.</summary>
    public static UInt128 Of<T>()
        where T : unmanaged => Cache<T>.Fingerprint;

    /// <summary>Whether a type is described without its fields, so that its fingerprint is always known.</summary>
    public static bool IsNamed<T>()
        where T : unmanaged => Cache<T>.IsNamed;

    /// <summary>Whether entries of a file can be of a type.</summary>
    /// <param name="saved">The fingerprint in the file.</param>
    /// <param name="savedIsNamed">Whether the saved type is described by name; null if the file does not say.</param>
    public static bool Match<T>(UInt128 saved, bool? savedIsNamed)
        where T : unmanaged => Match(saved, savedIsNamed, Of<T>(), IsNamed<T>());

    /// <summary>The same for types that this program has not.</summary>
    internal static bool Match(UInt128 saved, bool? savedIsNamed, UInt128 own, bool ownIsNamed)
    {
        if (saved == own)
        {
            return savedIsNamed is null || savedIsNamed == ownIsNamed;
        }

        return savedIsNamed switch
        {
            // Files of before, whose zeros stand for types of any kind.
            null => saved == 0 || own == 0,
            true => false,
            false => !ownIsNamed && (saved == 0 || own == 0),
        };
    }

    /// <summary>The description that the fingerprint is the hash of.</summary>
    internal static string Describe(Type type)
    {
        StringBuilder text = new();
        Describe(type, text);
        return text.ToString();
    }

    /// <summary>The fingerprint.</summary>
    /// <param name="type">The type.</param>
    /// <param name="fieldsAreKnown">Whether the runtime knows the fields of types.</param>
    internal static UInt128 Compute(Type type, bool fieldsAreKnown)
    {
        if (!fieldsAreKnown && !IsDescribedByName(type))
        {
            return 0;
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(Describe(type)));
        return MemoryMarshal.Read<UInt128>(hash);
    }

    private static bool IsDescribedByName(Type type) =>
        type.IsPointer || type.IsFunctionPointer || PrimitiveName(type) is not null
        || (type.Assembly == typeof(object).Assembly && type.GetGenericArguments().All(IsDescribedByName));

    /// <summary>The name of a primitive type, or of that below an enum; null for all others. Compares types, which
    /// every program can, and asks for no name, which programs compiled ahead of time may be without.</summary>
    private static string? PrimitiveName(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "System.Boolean",
        TypeCode.Char => "System.Char",
        TypeCode.SByte => "System.SByte",
        TypeCode.Byte => "System.Byte",
        TypeCode.Int16 => "System.Int16",
        TypeCode.UInt16 => "System.UInt16",
        TypeCode.Int32 => "System.Int32",
        TypeCode.UInt32 => "System.UInt32",
        TypeCode.Int64 => "System.Int64",
        TypeCode.UInt64 => "System.UInt64",
        TypeCode.Single => "System.Single",
        TypeCode.Double => "System.Double",
        TypeCode.Decimal => "System.Decimal",
        TypeCode.DateTime => "System.DateTime",
        _ when type == typeof(nint) => nint.Size == sizeof(long) ? "IntPtr8" : "IntPtr4",
        _ when type == typeof(nuint) => nint.Size == sizeof(long) ? "UIntPtr8" : "UIntPtr4",
        _ => null,
    };

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
        else if (PrimitiveName(type) is { } name)
        {
            text.Append(name);
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
        public static readonly bool IsNamed = IsDescribedByName(typeof(T));
        public static readonly UInt128 Fingerprint = Compute(typeof(T), RuntimeFeature.IsDynamicCodeSupported);
    }
}
