/*
 * Within this room names are short; for the linker they carry the room's prefix, since other rooms
 * have scopes, timers and XML of their own. One line a function shared between files.
 */
#ifndef JUNMA_BPMN_NAMES_H
#define JUNMA_BPMN_NAMES_H

#define activity_enter bpmn_in_activity_enter
#define activity_finish bpmn_in_activity_finish
#define activity_perform bpmn_in_activity_perform
#define check_foreign bpmn_in_check_foreign
#define compensate bpmn_in_compensate
#define compensation_done bpmn_in_compensation_done
#define compile_expr bpmn_in_compile_expr
#define effect bpmn_in_effect
#define event_catch_enter bpmn_in_event_catch_enter
#define event_check_conditions bpmn_in_event_check_conditions
#define event_deliver bpmn_in_event_deliver
#define event_fire bpmn_in_event_fire
#define event_goes_late bpmn_in_event_goes_late
#define event_kind_of bpmn_in_event_kind_of
#define event_listen bpmn_in_event_listen
#define event_tell_boundary bpmn_in_event_tell_boundary
#define event_throw bpmn_in_event_throw
#define event_throw_enter bpmn_in_event_throw_enter
#define event_throw_error bpmn_in_event_throw_error
#define expr_eval bpmn_in_expr_eval
#define expr_true bpmn_in_expr_true
#define fault bpmn_in_fault
#define fault_diag bpmn_in_fault_diag
#define flows_take bpmn_in_flows_take
#define gateway_enter bpmn_in_gateway_enter
#define gateway_wake_joins bpmn_in_gateway_wake_joins
#define index_add bpmn_in_index_add
#define instance_compact bpmn_in_instance_compact
#define is_loop_instance bpmn_in_is_loop_instance
#define iso_cycle_parse bpmn_in_iso_cycle_parse
#define iso_date_time_valid bpmn_in_iso_date_time_valid
#define iso_duration_valid bpmn_in_iso_duration_valid
#define loop_child_done bpmn_in_loop_child_done
#define loop_start bpmn_in_loop_start
#define model_add_node bpmn_in_model_add_node
#define read_activity bpmn_in_read_activity
#define read_event_definition bpmn_in_read_event_definition
#define read_events bpmn_in_read_events
#define read_expr bpmn_in_read_expr
#define read_junma bpmn_in_read_junma
#define record_add bpmn_in_record_add
#define refs_collect bpmn_in_refs_collect
#define refs_element bpmn_in_refs_element
#define refs_find bpmn_in_refs_find
#define refs_node bpmn_in_refs_node
#define rules_elements bpmn_in_rules_elements
#define rules_nodes bpmn_in_rules_nodes
#define run_begin bpmn_in_run_begin
#define run_end bpmn_in_run_end
#define run_fail bpmn_in_run_fail
#define run_finish_instance bpmn_in_run_finish_instance
#define scope_check bpmn_in_scope_check
#define scope_open bpmn_in_scope_open
#define subscription_event bpmn_in_subscription_event
#define subscriptions_of bpmn_in_subscriptions_of
#define timer_drop bpmn_in_timer_drop
#define timer_fire bpmn_in_timer_fire
#define timer_new bpmn_in_timer_new
#define timer_start bpmn_in_timer_start
#define token_cancel bpmn_in_token_cancel
#define token_cancel_children bpmn_in_token_cancel_children
#define token_find bpmn_in_token_find
#define token_has_children bpmn_in_token_has_children
#define token_kill bpmn_in_token_kill
#define token_new bpmn_in_token_new
#define token_queue bpmn_in_token_queue
#define token_ready bpmn_in_token_ready
#define transaction_cancel bpmn_in_transaction_cancel
#define vars_check_size bpmn_in_vars_check_size
#define vars_get bpmn_in_vars_get
#define vars_json bpmn_in_vars_json
#define vars_set bpmn_in_vars_set
#define vars_set_json bpmn_in_vars_set_json
#define vars_set_local bpmn_in_vars_set_local
#define xml_attr bpmn_in_xml_attr
#define xml_attr_bool bpmn_in_xml_attr_bool
#define xml_attr_int bpmn_in_xml_attr_int
#define xml_attr_ns bpmn_in_xml_attr_ns
#define xml_child bpmn_in_xml_child
#define xml_child_count bpmn_in_xml_child_count
#define xml_has_attr bpmn_in_xml_has_attr
#define xml_is bpmn_in_xml_is
#define xml_is_bpmn bpmn_in_xml_is_bpmn
#define xml_line bpmn_in_xml_line
#define xml_local bpmn_in_xml_local
#define xml_name bpmn_in_xml_name
#define xml_next bpmn_in_xml_next
#define xml_read bpmn_in_xml_read
#define xml_text bpmn_in_xml_text

#endif
