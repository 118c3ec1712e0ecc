using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace FastShardMap.Serialization;

/// <summary>
/// Describes the meaning of an unmanaged type's bytes in 128 bits: the names, types and order of its fields, down to
/// the primitive ones, and its size. Renaming a type does not change its fingerprint. Renaming, retyping, adding,
/// removing or moving a field does.
/// </summary>
/// <remarks>
/// Programs compiled ahead of time have no descriptions of fields. There, a type that is described by its fields has
/// the fingerprint zero, which means "not known"; its size is still compared. Types that are described by name have the
/// same fingerprint everywhere: primitive types and enums, for which not even the name is requested from the runtime,
/// the other types of the framework, and tuples of all these.
/// </remarks>
internal static class TypeFingerprint
{
    private const BindingFlags InstanceFields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Returns the fingerprint of a type.</summary>
    public static UInt128 Of<T>()
        where T : unmanaged => Cache<T>.Fingerprint;

    /// <summary>Returns whether a type is described without its fields, so that its fingerprint is always
    /// known.</summary>
    public static bool IsNamed<T>()
        where T : unmanaged => Cache<T>.IsNamed;

    /// <summary>Returns whether entries of a file can have this type.</summary>
    /// <param name="saved">The fingerprint in the file.</param>
    /// <param name="savedIsNamed">Whether the saved type is described by name; null if the file does not record
    /// this.</param>
    public static bool Match<T>(UInt128 saved, bool? savedIsNamed)
        where T : unmanaged => Match(saved, savedIsNamed, Of<T>(), IsNamed<T>());

    /// <summary>Implements <see cref="Match{T}"/> for types that this program does not have.</summary>
    internal static bool Match(UInt128 saved, bool? savedIsNamed, UInt128 own, bool ownIsNamed)
    {
        if (saved == own)
        {
            return savedIsNamed is null || savedIsNamed == ownIsNamed;
        }

        return savedIsNamed switch
        {
            // Files of earlier builds, where zero stands for types of any kind.
            null => saved == 0 || own == 0,
            true => false,
            false => !ownIsNamed && (saved == 0 || own == 0),
        };
    }

    /// <summary>Returns the description whose hash is the fingerprint.</summary>
    internal static string Describe(Type type)
    {
        StringBuilder text = new();
        Describe(type, text);
        return text.ToString();
    }

    /// <summary>Computes the fingerprint of a type.</summary>
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

    /// <summary>Returns the name of a primitive type, or of the underlying type of an enum; null for all other types.
    /// Compares types, which works in every program, and requests no names, which programs compiled ahead of time may
    /// not have.</summary>
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
        Justification = "Trimming keeps the fields of structs with sequential layout; "
            + "without dynamic code this does not run.")]
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
            // Types of the framework are identified by their names, because the names of their fields may change.
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
