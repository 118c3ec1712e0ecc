using System.Reflection;

namespace FastShardMap.Tests.Records;

/// <summary>The text and byte-string maps have every operation of <see cref="ShardMap{TKey, TValue, THasher}"/>, for
/// every form of a key.</summary>
public class TextOperationListTests
{
    private const string Key = "K";

    /// <summary>Operations that the maps have under another signature, or not at all.</summary>
    private static readonly Dictionary<string, string?> s_others = new(StringComparer.Ordinal)
    {
        // A pair cannot contain a span.
        ["TryRemove(KeyValuePair<K, V>)"] = "TryRemove(K, V)",

        // The keys of a thread's part would have to be presented by that thread.
        ["TryAddRange(ReadOnlySpan<K>, ReadOnlySpan<V>, Int32)"] = null,
        ["SetRange(ReadOnlySpan<K>, ReadOnlySpan<V>, Int32)"] = null,

        // The interface for dictionaries needs keys that are values.
        ["get_Keys()"] = null,
        ["get_Values()"] = null,
        ["ToDictionary()"] = null,
        ["Add(KeyValuePair<K, V>)"] = null,
    };

    public static TheoryData<Type, Type> Types => new()
    {
        { typeof(ShardMap<,,>), typeof(TextShardMap<>) },
        { typeof(ShardMap<,,>), typeof(BytesShardMap<>) },
        { typeof(ShardMapExclusive<,,>), typeof(TextShardMapExclusive<>) },
        { typeof(ShardMapExclusive<,,>), typeof(BytesShardMapExclusive<>) },
        { typeof(ShardMapSnapshot<,,>), typeof(TextSnapshot<>) },
        { typeof(ShardMapSnapshot<,,>), typeof(BytesSnapshot<>) },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Operations_OfTheMapWithFixedKeys_ExistForEveryFormOfAKey(Type original, Type type)
    {
        ILookup<string, Type?> found = Operations(type).ToLookup(SignatureOf, FormOf, StringComparer.Ordinal);
        List<string> missing = [];
        foreach (MethodInfo operation in Operations(original))
        {
            string signature = SignatureOf(operation);
            if (original == typeof(ShardMapExclusive<,,>)
                && signature.Contains("ReadOnlySpan<K>", StringComparison.Ordinal))
            {
                continue; // a phase of text keys has no operations for many keys
            }

            if (s_others.TryGetValue(signature, out string? other))
            {
                if (other is null)
                {
                    continue;
                }

                signature = other;
            }

            bool ofKeys = signature.Contains("ReadOnlySpan<K>", StringComparison.Ordinal);
            Type[] forms = operation.GetParameters() is [{ Name: "key" or "keys" or "item" }, ..]
                ? FormsOf(type, ofKeys)
                : [];
            IEnumerable<Type?> have = found[signature];
            if (!have.Any() || forms.Except(have).Any())
            {
                missing.Add($"{signature} for {string.Join(", ", forms.Except(have))}");
            }
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void NumberExtensions_OfTheMapWithFixedKeys_ExistForEveryFormOfAKey()
    {
        ILookup<string, (Type, Type?)> found = typeof(TextShardMapNumberExtensions)
            .GetMethods(BindingFlags.Static | BindingFlags.Public)
            .ToLookup(
                SignatureOf,
                method => (method.GetParameters()[0].ParameterType.GetGenericTypeDefinition(), FormOf(method, 1)),
                StringComparer.Ordinal);
        List<string> missing = [];
        foreach (string signature in typeof(ShardMapNumberExtensions)
            .GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Select(SignatureOf)
            .Where(name => !name.Contains("MapArgument", StringComparison.Ordinal)))
        {
            bool ofKeys = signature.Contains("ReadOnlySpan<K>", StringComparison.Ordinal);
            missing.AddRange(
                from type in new[] { typeof(TextShardMap<>), typeof(BytesShardMap<>) }
                from form in FormsOf(type, ofKeys)
                where !found[signature].Contains((type, form))
                select $"{signature} for {type.Name} and {form}");
        }

        Assert.Empty(missing);
    }

    private static MethodInfo[] Operations(Type type) => type.GetMethods(
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly);

    private static Type[] FormsOf(Type type, bool ofKeys)
    {
        bool isText = type.Name.StartsWith("Text", StringComparison.Ordinal);
        return (isText, ofKeys) switch
        {
            (true, false) => [typeof(string), typeof(ReadOnlySpan<char>), typeof(ReadOnlySpan<byte>)],
            (true, true) => [typeof(ReadOnlySpan<string>), typeof(ReadOnlySpan<ReadOnlyMemory<byte>>)],
            (false, false) => [typeof(ReadOnlySpan<byte>)],
            (false, true) => [typeof(ReadOnlySpan<ReadOnlyMemory<byte>>)],
        };
    }

    private static Type? FormOf(MethodInfo method) => FormOf(method, 0);

    private static Type? FormOf(MethodInfo method, int index) =>
        method.GetParameters().ElementAtOrDefault(index)?.ParameterType;

    private static string SignatureOf(MethodInfo method) =>
        $"{method.Name}({string.Join(", ", method.GetParameters().Select(item => NameOf(item.ParameterType)))})";

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
        {
            return $"ref {NameOf(type.GetElementType()!)}";
        }

        if (type.IsGenericParameter)
        {
            return type.Name switch { "TKey" => Key, "TValue" => "V", _ => type.Name };
        }

        if (type == typeof(string) || type == typeof(byte[]) || type == typeof(ReadOnlySpan<char>)
            || type == typeof(ReadOnlySpan<byte>) || type == typeof(ReadOnlyMemory<byte>))
        {
            return Key;
        }

        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!)}[]";
        }

        if (!type.IsGenericType)
        {
            return type.Name;
        }

        string name = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return name is "ShardMap" or "TextShardMap" or "BytesShardMap"
            ? "Map"
            : $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
