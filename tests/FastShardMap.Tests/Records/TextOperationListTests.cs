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

        // Text maps have these for strings only: a span cannot live across an await.
        ["GetOrAddAsync(K, Func<K, CancellationToken, ValueTask<V>>, CancellationToken)"] = null,
        ["GetOrAddAsync(K, Func<K, TArg, CancellationToken, ValueTask<V>>, TArg, CancellationToken)"] = null,

        // The interface for dictionaries needs keys that are values.
        ["Add(KeyValuePair<K, V>)"] = null,
    };

    public static TheoryData<Type, Type> Types => new()
    {
        { typeof(ShardMap<,,>), typeof(TextShardMap<>) },
        { typeof(ShardMap<,,>), typeof(BytesShardMap<>) },
        { typeof(AuditedShardMap<,,>), typeof(AuditedTextShardMap<>) },
        { typeof(AuditedShardMap<,,>), typeof(AuditedBytesShardMap<>) },
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

    public static TheoryData<Type, Type, Type, Type> Extensions => new()
    {
        {
            typeof(ShardMapNumberExtensions), typeof(TextShardMapNumberExtensions),
            typeof(TextShardMap<>), typeof(BytesShardMap<>)
        },
        {
            typeof(AuditedShardMapNumberExtensions), typeof(AuditedTextShardMapNumberExtensions),
            typeof(AuditedTextShardMap<>), typeof(AuditedBytesShardMap<>)
        },
        {
            typeof(ShardMapExclusiveNumberExtensions), typeof(TextShardMapExclusiveNumberExtensions),
            typeof(TextShardMapExclusive<>), typeof(BytesShardMapExclusive<>)
        },
    };

    [Theory]
    [MemberData(nameof(Extensions))]
    public void NumberExtensions_OfTheMapWithFixedKeys_ExistForEveryFormOfAKey(
        Type original, Type extensions, Type textType, Type bytesType)
    {
        ILookup<string, (Type, Type?)> found = extensions
            .GetMethods(BindingFlags.Static | BindingFlags.Public)
            .ToLookup(
                SignatureOf,
                method => (method.GetParameters()[0].ParameterType.GetGenericTypeDefinition(), FormOf(method, 1)),
                StringComparer.Ordinal);
        List<string> missing = [];
        foreach (string signature in original
            .GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Select(SignatureOf)
            .Where(name => !name.Contains("MapArgument", StringComparison.Ordinal)))
        {
            bool ofKeys = signature.Contains("ReadOnlySpan<K>", StringComparison.Ordinal);
            missing.AddRange(
                from type in new[] { textType, bytesType }
                from form in FormsOf(type, ofKeys)
                where !found[signature].Contains((type, form))
                select $"{signature} for {type.Name} and {form}");
        }

        Assert.Empty(missing);
    }

    public static TheoryData<Type, Type> Wrappers => new()
    {
        { typeof(ShardMap<,,>), typeof(AuditedShardMap<,,>) },
        { typeof(ShardMap<,,>), typeof(ShardMapExclusive<,,>) },
        { typeof(TextShardMap<>), typeof(AuditedTextShardMap<>) },
        { typeof(TextShardMap<>), typeof(TextShardMapExclusive<>) },
        { typeof(BytesShardMap<>), typeof(AuditedBytesShardMap<>) },
        { typeof(BytesShardMap<>), typeof(BytesShardMapExclusive<>) },
        { typeof(BlobShardMap), typeof(BlobShardMapExclusive) },
        { typeof(ShardMapNumberExtensions), typeof(AuditedShardMapNumberExtensions) },
        { typeof(ShardMapNumberExtensions), typeof(ShardMapExclusiveNumberExtensions) },
        { typeof(TextShardMapNumberExtensions), typeof(AuditedTextShardMapNumberExtensions) },
        { typeof(TextShardMapNumberExtensions), typeof(TextShardMapExclusiveNumberExtensions) },
    };

    /// <summary>The forms of phases that give a value have a span instead of a destination.</summary>
    [Theory]
    [MemberData(nameof(Wrappers))]
    public void Operations_OnEntriesOfTheMap_ExistInAuditsAndPhases(Type map, Type wrapper)
    {
        bool isBlob = map == typeof(BlobShardMap);
        IEnumerable<string> have = Operations(wrapper).Select(Named);
        string[] missing = [.. Operations(map).Where(IsOnEntries).Select(Named).Except(have, StringComparer.Ordinal)];
        Assert.Empty(missing);

        string Named(MethodInfo method) => isBlob ? method.Name : SignatureOf(method);
    }

    private static bool IsOnEntries(MethodInfo method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        string signature = SignatureOf(method);
        return Array.Exists(parameters, static item => item.Name is "key" or "keys" or "item")
            && !Array.Exists(
                parameters,
                static item => item.ParameterType == typeof(TimeSpan)
                    || item.ParameterType == typeof(CancellationToken)
                    || item.Name == "maxDegreeOfParallelism")
            && !signature.Contains("MapArgument", StringComparison.Ordinal)
            && signature is not ("Add(KeyValuePair<K, V>)" or "Prefetch(K)");
    }

    private static MethodInfo[] Operations(Type type) => type.GetMethods(
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly);

    private static Type[] FormsOf(Type type, bool ofKeys)
    {
        bool isText = type.Name.Contains("Text", StringComparison.Ordinal);
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
            or "AuditedShardMap" or "AuditedTextShardMap" or "AuditedBytesShardMap"
            or "ShardMapExclusive" or "TextShardMapExclusive" or "BytesShardMapExclusive"
            ? "Map"
            : $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
