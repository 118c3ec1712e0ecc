using System.Reflection;

namespace FastShardMap.Tests.Conventions;

/// <summary>Types as C# writes them.</summary>
internal static class CSharpName
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool",
        [typeof(char)] = "char", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short",
        [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long",
        [typeof(ulong)] = "ulong", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint", [typeof(float)] = "float",
        [typeof(double)] = "double", [typeof(decimal)] = "decimal",
    };

    /// <summary>
    /// The name of a type; with what is known of nullability, reference types get their question marks.
    /// </summary>
    public static string Of(Type type, NullabilityInfo? nullability = null, bool withNamespace = false)
    {
        string mark = nullability is { ReadState: NullabilityState.Nullable } && !type.IsValueType
            && !type.IsGenericParameter
            ? "?"
            : "";
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword + mark;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}["
                + $"{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }

        if (type.IsPointer)
        {
            return Of(type.GetElementType()!) + "*";
        }

        if (type.IsByRef)
        {
            return "ref " + Of(type.GetElementType()!);
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        Type[] arguments = type.GetGenericArguments();
        int taken = 0;
        string outer = "";
        if (type.DeclaringType is { } declaring)
        {
            // A nested type carries its outer type's arguments first.
            taken = declaring.GetGenericArguments().Length;
            Type[] outerArguments = arguments[..taken];
            outer = Of(taken == 0 ? declaring : declaring.MakeGenericType(outerArguments), null, withNamespace) + ".";
        }
        else if (withNamespace)
        {
            outer = type.Namespace + ".";
        }

        NullabilityInfo[]? inner = nullability?.GenericTypeArguments;
        IEnumerable<string> names = arguments.Index().Skip(taken)
            .Select(
                argument => Of(
                    argument.Item, inner is not null && argument.Index < inner.Length ? inner[argument.Index] : null));
        string list = string.Join(", ", names);
        return outer + WithoutArity(type) + (list.Length > 0 ? $"<{list}>" : "") + mark;
    }

    public static string WithoutArity(Type type)
    {
        int mark = type.Name.IndexOf('`', StringComparison.Ordinal);
        return mark < 0 ? type.Name : type.Name[..mark];
    }

    public static string Arguments(Type[] arguments) =>
        arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(argument => argument.Name))}>";
}
