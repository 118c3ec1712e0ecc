using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The public surface of an assembly as text: one line for each type and member that a user can name or override, in
/// C#'s words, sorted, so that a change of the surface is a change of a file that a reviewer sees.
/// </summary>
internal static class PublicApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly
            .GetExportedTypes()
            .OrderBy(type => CSharpName.Of(type, withNamespace: true), StringComparer.Ordinal))
        {
            text.Append(Declaration(type)).Append('\n');
            foreach (string member in VisibleMembers(type).Select(Declaration).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// The members that a user can name, override or call; accessors go with their property or event.
    /// </summary>
    public static IEnumerable<MemberInfo> VisibleMembers(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [];
        }

        return type.GetMembers(Declared).Where(member => member switch
        {
            FieldInfo field => IsVisible(field) && !field.IsSpecialName,
            PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
            EventInfo @event => IsVisible(@event.AddMethod!),
            ConstructorInfo constructor => IsVisible(constructor),
            MethodInfo method => IsVisible(method) && !IsAccessor(method),
            _ => false,
        });
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static string Declaration(Type type)
    {
        StringBuilder text = new(Obsolete(type));
        string name = CSharpName.Of(type, withNamespace: true);
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            return text
                .Append(
                    $"delegate {Result(invoke)} {name}({Parameters(invoke)}){Constraints(type.GetGenericArguments())}")
                .ToString();
        }

        if (type.IsEnum)
        {
            return text.Append($"enum {name} : {CSharpName.Of(type.GetEnumUnderlyingType())}").ToString();
        }

        if (type is { IsAbstract: true, IsSealed: true })
        {
            text.Append("static ");
        }
        else if (type is { IsClass: true, IsAbstract: true })
        {
            text.Append("abstract ");
        }
        else if (type is { IsClass: true, IsSealed: true })
        {
            text.Append("sealed ");
        }

        if (type.IsValueType && type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false))
        {
            text.Append("readonly ");
        }

        text.Append(
            type.IsByRefLike
                ? "ref struct "
                : type.IsValueType ? "struct "
                : type.IsInterface ? "interface "
                : "class ");
        text.Append(name);

        IEnumerable<Type> bases = type.GetInterfaces();
        bases = bases.Except(bases.SelectMany(parent => parent.GetInterfaces())).Where(parent => parent.IsVisible)
            .OrderBy(parent => CSharpName.Of(parent), StringComparer.Ordinal);
        if (type.BaseType is { } baseType && baseType != typeof(object) && baseType != typeof(ValueType))
        {
            bases = bases.Except(baseType.GetInterfaces()).Prepend(baseType);
        }

        string all = string.Join(", ", bases.Select(parent => CSharpName.Of(parent)));
        text.Append(all.Length > 0 ? " : " : "").Append(all).Append(Constraints(type.GetGenericArguments()));
        return text.ToString();
    }

    private static string Declaration(MemberInfo member)
    {
        string text = member switch
        {
            FieldInfo { DeclaringType.IsEnum: true } field =>
                $"{field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}",
            FieldInfo field =>
                $"{Access(field.IsPublic)}{FieldModifiers(field)}"
                    + $"{CSharpName.Of(field.FieldType, Nullability.Create(field))} {field.Name}",
            PropertyInfo property => Property(property),
            EventInfo @event =>
                $"{Modifiers(@event.AddMethod!)}event {CSharpName.Of(@event.EventHandlerType!)} {@event.Name}",
            ConstructorInfo constructor =>
                $"{Modifiers(constructor)}{CSharpName.WithoutArity(constructor.DeclaringType!)}("
                    + $"{Parameters(constructor)})",
            MethodInfo method =>
                $"{Modifiers(method)}{Result(method)} "
                    + $"{method.Name}{CSharpName.Arguments(method.GetGenericArguments())}({Parameters(method)})"
                    + $"{Constraints(method.GetGenericArguments())}",
            _ => throw new NotSupportedException(member.ToString()),
        };
        return Obsolete(member) + text;
    }

    private static string Property(PropertyInfo property)
    {
        MethodInfo[] accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToArray();
        MethodInfo first = accessors[0];
        string name = property.GetIndexParameters().Length == 0
            ? property.Name
            : $"this[{Parameters(property.GetIndexParameters())}]";
        IEnumerable<string> words = accessors.OrderBy(accessor => accessor.Name, StringComparer.Ordinal)
            .Select(accessor => $"{(accessor.IsPublic || !first.IsPublic ? "" : "protected ")}{Accessor(accessor)};");
        return $"{Modifiers(first)}{CSharpName.Of(property.PropertyType, Nullability.Create(property))} {name} {{ "
            + $"{string.Join(' ', words)} }}";
    }

    private static string Accessor(MethodInfo accessor) =>
        accessor.Name.Contains("get_", StringComparison.Ordinal) ? "get"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init"
        : "set";

    private static string Access(bool isPublic) => isPublic ? "" : "protected ";

    private static string FieldModifiers(FieldInfo field) =>
        field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");

    private static string Modifiers(MethodBase method)
    {
        string text = Access(method.IsPublic);
        if (method.IsStatic)
        {
            return text
                + (method.DeclaringType!.IsInterface ? method.IsAbstract ? "static abstract " : "static " : "static ");
        }

        if (method.DeclaringType!.IsInterface || method is not MethodInfo info || !method.IsVirtual)
        {
            return text;
        }

        bool isOverride = info.GetBaseDefinition() != info;
        return text + (method.IsAbstract ? "abstract "
            : isOverride ? method.IsFinal ? "sealed override " : "override "
            : method.IsFinal ? "" : "virtual ");
    }

    private static string Result(MethodInfo method) =>
        method.ReturnType.IsByRef
            ? $"ref {(method.ReturnParameter.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")}"
                + CSharpName.Of(method.ReturnType.GetElementType()!)
            : CSharpName.Of(method.ReturnType, Nullability.Create(method.ReturnParameter));

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + Parameters(method.GetParameters());

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
    {
        Type type = parameter.ParameterType;
        string passing = "";
        if (type.IsByRef)
        {
            type = type.GetElementType()!;
            passing = parameter.IsOut ? "out "
                : parameter.IsDefined(typeof(RequiresLocationAttribute)) ? "ref readonly "
                : parameter.IsDefined(typeof(IsReadOnlyAttribute)) ? "in "
                : "ref ";
        }

        if (parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)))
        {
            passing = "params ";
        }

        string name = CSharpName.Of(type, parameter.ParameterType.IsByRef ? null : Nullability.Create(parameter));
        return $"{passing}{name} "
            + $"{parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "")}";
    }));

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Constraints(Type[] arguments)
    {
        StringBuilder text = new();
        foreach (Type argument in arguments.Where(argument => argument.IsGenericParameter))
        {
            GenericParameterAttributes attributes = argument.GenericParameterAttributes;
            List<string> all = new();
            if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            {
                bool isUnmanaged = argument.CustomAttributes.Any(
                    attribute => attribute.AttributeType.Name == "IsUnmanagedAttribute");
                all.Add(isUnmanaged ? "unmanaged" : "struct");
            }
            else if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            {
                all.Add("class");
            }

            all.AddRange(argument.GetGenericParameterConstraints().Where(type => type != typeof(ValueType))
                .Select(type => CSharpName.Of(type)).Order(StringComparer.Ordinal));
            if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)
                && !attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            {
                all.Add("new()");
            }

            if (attributes.HasFlag(GenericParameterAttributes.AllowByRefLike))
            {
                all.Add("allows ref struct");
            }

            if (all.Count > 0)
            {
                text.Append($" where {argument.Name} : {string.Join(", ", all)}");
            }
        }

        return text.ToString();
    }

    private static string Obsolete(MemberInfo member) =>
        member.GetCustomAttribute<ObsoleteAttribute>() is { } attribute ? $"[Obsolete(\"{attribute.Message}\")] " : "";
}
