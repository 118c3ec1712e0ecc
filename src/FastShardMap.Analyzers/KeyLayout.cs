using Microsoft.CodeAnalysis;

namespace FastShardMap.Analyzers;

/// <summary>The layout of a struct, as far as the compiler knows it: whether equal keys have equal bytes.</summary>
internal sealed class KeyLayout
{
    private const string Padding = "padding bytes";

    private readonly int _bytes;
    private readonly int _alignment;

    private KeyLayout(int bytes, int alignment, string? fault)
    {
        _bytes = bytes;
        _alignment = alignment;
        Fault = fault;
    }

    /// <summary>Why equal keys may have different bytes; null if they have equal ones.</summary>
    public string? Fault { get; }

    /// <summary>Describes a type; null if its layout is not known, as that of structs of other assemblies.</summary>
    public static KeyLayout? Of(ITypeSymbol type, int depth = 0)
    {
        KeyLayout? known = OfPrimitive(type);
        if (known is not null)
        {
            return known;
        }

        bool isReadable = type is INamedTypeSymbol { TypeKind: TypeKind.Struct }
            && type.Locations.Any(static location => location.IsInSource);
        return isReadable && depth < 8 ? OfFields(type, depth) : null;
    }

    private static KeyLayout? OfFields(ITypeSymbol type, int depth)
    {
        (int pack, int size)? attribute = StructLayoutOf(type);
        if (attribute is null)
        {
            return null;
        }

        int bytes = 0;
        int alignment = 1;
        string? fault = null;
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>().Where(field => !field.IsStatic))
        {
            if (field.IsFixedSizeBuffer || Of(field.Type, depth + 1) is not { } layout)
            {
                return null;
            }

            int fieldAlignment = Math.Min(layout._alignment, attribute.Value.pack);
            int offset = RoundedUp(bytes, fieldAlignment);
            fault ??= layout.Fault;
            fault ??= offset > bytes ? Padding : null;
            bytes = offset + layout._bytes;
            alignment = Math.Max(alignment, fieldAlignment);
        }

        int total = Math.Max(RoundedUp(Math.Max(bytes, 1), alignment), attribute.Value.size);
        fault ??= total > bytes ? Padding : null;
        return new KeyLayout(total, alignment, fault);
    }

    // The attributes' pack and size; null for a layout that is not sequential.
    private static (int Pack, int Size)? StructLayoutOf(ITypeSymbol type)
    {
        int pack = int.MaxValue;
        int size = 0;
        foreach (AttributeData attribute in type.GetAttributes())
        {
            if (attribute.AttributeClass?.Name == "InlineArrayAttribute")
            {
                return null;
            }

            if (attribute.AttributeClass?.Name != "StructLayoutAttribute")
            {
                continue;
            }

            // LayoutKind.Sequential is 0.
            if (attribute.ConstructorArguments.Length != 1
                || Convert.ToInt32(
                    attribute.ConstructorArguments[0].Value, System.Globalization.CultureInfo.InvariantCulture) != 0)
            {
                return null;
            }

            foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
            {
                pack = argument is { Key: "Pack", Value.Value: int and > 0 } ? (int)argument.Value.Value! : pack;
                size = argument is { Key: "Size", Value.Value: int } ? (int)argument.Value.Value! : size;
            }
        }

        return (pack, size);
    }

    private static KeyLayout? OfPrimitive(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } underlying })
        {
            return OfPrimitive(underlying);
        }

        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte:
                return Whole(1);
            case SpecialType.System_Char or SpecialType.System_Int16 or SpecialType.System_UInt16:
                return Whole(2);
            case SpecialType.System_Int32 or SpecialType.System_UInt32:
                return Whole(4);
            case SpecialType.System_Int64 or SpecialType.System_UInt64:
            case SpecialType.System_IntPtr or SpecialType.System_UIntPtr:
                return Whole(8);
            case SpecialType.System_Single:
                return Several(4, 4, type);
            case SpecialType.System_Double:
                return Several(8, 8, type);
            case SpecialType.System_Decimal:
                return Several(16, 8, type);
            case SpecialType.System_DateTime:
                return Several(8, 8, type);
        }

        if (type.ContainingNamespace is not { Name: "System", ContainingNamespace.IsGlobalNamespace: true })
        {
            return null;
        }

        return type.Name switch
        {
            "Guid" => new KeyLayout(16, 4, fault: null),
            "Int128" or "UInt128" => Whole(16),
            "TimeSpan" or "TimeOnly" => Whole(8),
            "DateOnly" or "Index" => Whole(4),
            "Half" => Several(2, 2, type),
            _ => null,
        };
    }

    private static KeyLayout Whole(int bytes) => new(bytes, bytes, fault: null);

    private static KeyLayout Several(int bytes, int alignment, ITypeSymbol type) =>
        new(bytes, alignment, $"a field of type {type.Name}, where equal values can differ in their bits");

    private static int RoundedUp(int value, int alignment) => (value + alignment - 1) / alignment * alignment;
}
